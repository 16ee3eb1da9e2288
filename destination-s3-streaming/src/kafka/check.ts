// What `check` asks Kafka before it tries S3: whether the brokers answer, the topics exist, and the group may be used. It does
// not join the group, because the members would have to release partitions for it.
import { closedWithin, openClient } from './client.ts';
import type { FeedConfig } from './config.ts';
import { kafkaFailure } from './failure.ts';

/** @throws a Kafka code. */
export async function checkKafka({ kafka }: FeedConfig): Promise<void> {
  const client = openClient(kafka);
  try {
    const names = kafka.topics.map(({ topic }) => topic);
    const { topics } = await client.metadata({ topics: names, retries: 0 });
    const partitionsOf = (topic: string): number[] =>
      Array.from({ length: topics.get(topic)?.partitionsCount ?? 0 }, (_, index) => index);
    await client.listOffsets({ topics: names });
    await client.listCommittedOffsets({ topics: names.map((topic) => ({ topic, partitions: partitionsOf(topic) })) });
  } catch (error) {
    throw kafkaFailure(error, kafka, false);
  } finally {
    await closedWithin(client);
  }
}
