// Where a partition is read from when it is assigned, or read again. Pure.
import { countOf } from '@s3-connectors/common/program/text-layout.ts';
import { ConnectorError } from '@s3-connectors/common/protocol/errors.ts';

import type { TopicPartition } from './ownership.ts';

/** The broker's offsets of a partition: its first message, and the end. */
type Range = { readonly earliest: bigint; readonly latest: bigint };

export type SeedRules = {
  /** Applies if the group has no offset. */
  readonly start: 'earliest' | 'latest';
  /** Applies if the next messages are gone. */
  readonly lostMessages: 'fail' | 'skip';
};

type Seed = { readonly offset: bigint; readonly warning?: string };

/**
 * @param next the offset at which reading would resume: of this member, or else of the group. Undefined if neither has one.
 * @throws KAFKA_OFFSETS_LOST if the messages from there on are gone, unless they may be skipped.
 */
export function seedOf(place: TopicPartition, next: bigint | undefined, range: Range, rules: SeedRules): Seed {
  const { earliest, latest } = range;
  if (next === undefined) return { offset: rules.start === 'earliest' ? earliest : latest };
  if (next >= earliest && next <= latest) return { offset: next };
  const where = `partition ${place.partition} of the topic "${place.topic}"`;
  const what =
    next < earliest
      ? `${countOf(earliest - next, 'message')} of ${where} ${earliest - next === 1n ? 'was deleted before it was' : 'were deleted before they were'} read (the group is at the offset ${next}, the first one that is left is ${earliest}): the topic keeps messages for less time than this feeder was stopped.`
      : `The group is at the offset ${next} of ${where}, which ends at ${latest}: the topic was created again, or the broker has lost messages.`;
  if (rules.lostMessages === 'skip') return { offset: earliest, warning: `${what} Reading resumes at ${earliest}.` };
  throw new ConnectorError(
    'KAFKA_OFFSETS_LOST',
    `${what} Set kafka.lost_messages to "skip" to resume at ${earliest}, or set the offset of the group.`,
  );
}
