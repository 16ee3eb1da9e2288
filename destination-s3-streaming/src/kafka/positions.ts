// Asks the brokers for the start and end of partitions and for the group's offsets, and seeds the member's partitions with
// them.
import { ConnectorError } from '@s3-connectors/common/protocol/errors.ts';
import type { Log } from '@s3-connectors/common/protocol/log.ts';

import type { KafkaClient } from './client.ts';
import type { Ownership, TopicPartition } from './ownership.ts';
import { seedOf, type SeedRules } from './seed.ts';

/** Kafka's names for the first offset, and for the one after the last. */
const timestamps = { earliest: -2n, latest: -1n } as const;

type Offsets = (place: TopicPartition) => bigint | undefined;

export async function listOffsets(
  client: KafkaClient,
  owned: readonly TopicPartition[],
  which: keyof typeof timestamps,
): Promise<Offsets> {
  const topics = byTopic(owned);
  const found = await client.listOffsets({
    topics: topics.map(({ topic }) => topic),
    partitions: Object.fromEntries(topics.map(({ topic, partitions }) => [topic, partitions])),
    timestamp: timestamps[which],
  });
  return ({ topic, partition }) => found.get(topic)?.[partition];
}

/**
 * Where new partitions begin, and whether the next messages are still there. @throws KAFKA_OFFSETS_LOST, and the errors of the
 * client.
 */
export async function seedOwned(
  client: KafkaClient,
  ownership: Ownership,
  { rules, log }: { readonly rules: SeedRules; readonly log: Log },
): Promise<void> {
  const { owned } = ownership;
  await refuseUnknown(client, owned);
  const committed = await client.listCommittedOffsets({ topics: byTopic(owned) });
  const [firsts, ends] = [await listOffsets(client, owned, 'earliest'), await listOffsets(client, owned, 'latest')];
  for (const place of owned) {
    const known = ownership.placeOf(place);
    if (known === undefined) continue; // It was revoked meanwhile.
    const [earliest, latest] = [firsts(place), ends(place)];
    if (earliest === undefined || latest === undefined)
      throw new Error('A broker did not say where a partition begins and ends');
    const offset = committed.get(place.topic)?.[place.partition];
    const group = offset === undefined || offset < 0n ? undefined : offset;
    const seed = seedOf(place, known.next ?? group, { earliest, latest }, rules);
    if (seed.warning !== undefined) log('WARN', seed.warning);
    if (known.next === undefined) ownership.seed({ ...place, offset: seed.offset }, group);
    else ownership.pass({ ...place, offset: seed.offset }, ownership.generation);
  }
}

/** A partition may be assigned before its metadata arrive, and the client does not check that. @throws KAFKA_UNAVAILABLE */
async function refuseUnknown(client: KafkaClient, owned: readonly TopicPartition[]): Promise<void> {
  const { topics } = await client.metadata({ topics: byTopic(owned).map(({ topic }) => topic), forceUpdate: true });
  for (const { topic, partition } of owned) {
    if (topics.get(topic)?.partitions[partition] !== undefined) continue;
    throw new ConnectorError('KAFKA_UNAVAILABLE', `The brokers do not know partition ${partition} of "${topic}" yet.`);
  }
}

function byTopic(owned: readonly TopicPartition[]) {
  const grouped = Map.groupBy(owned, ({ topic }) => topic);
  return [...grouped].map(([topic, places]) => ({ topic, partitions: places.map(({ partition }) => partition) }));
}
