// The topic that the stand-in for kcat (./kcat) serves: some thousand messages in each partition, each different, among them
// tombstones, payloads of several lines, one that is no JSON, and one whose text is not UTF-8.

export const messagesPerPartition = 8000;
const firstTime = Date.UTC(2026, 0, 15, 14);
/** What is no JSON object in UTF-8, by offset. */
const broken: ReadonlyMap<number, Buffer> = new Map([
  [1234, Buffer.from('{"id": broken\nno JSON}')],
  [2345, Buffer.from('{"id":"\xff"}', 'latin1')],
]);

/** The payload of a message; undefined for a tombstone. */
export function payloadOf(partition: string, offset: number): Buffer | undefined {
  if (offset % 97 === 50) return undefined;
  const unreadable = broken.get(offset);
  if (unreadable !== undefined) return unreadable;
  const message = { time: firstTime + offset * 1000, id: `${partition}/${offset}`, text: 'a line\nand more: é' };
  return Buffer.from(JSON.stringify(message, undefined, offset % 10 === 0 ? 2 : 0));
}

/** The row that should lie in S3 for a message. */
export function rowOf(partition: string, offset: number): string | undefined {
  const text = payloadOf(partition, offset)?.toString();
  return broken.has(offset) ? JSON.stringify({ unreadable: text }) : text?.replaceAll('\n', ' ');
}
