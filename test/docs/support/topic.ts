// The topic that the stand-in for kcat (./kcat) serves: some thousand messages in each partition, each different, among them
// tombstones, payloads of several lines, and one that is no JSON.

export const messagesPerPartition = 8000;
const firstTime = Date.UTC(2026, 0, 15, 14);
const brokenOffset = 1234;

/** The payload of a message; undefined for a tombstone. */
export function payloadOf(partition: string, offset: number): string | undefined {
  if (offset % 97 === 50) return undefined;
  if (offset === brokenOffset) return `{"id": broken\n${partition}`;
  const message = { time: firstTime + offset * 1000, id: `${partition}/${offset}`, text: 'a line\nand more: é' };
  return JSON.stringify(message, undefined, offset % 10 === 0 ? 2 : 0);
}

/** The row that should lie in S3 for a message. */
export function rowOf(partition: string, offset: number): string | undefined {
  const payload = payloadOf(partition, offset);
  return offset === brokenOffset ? JSON.stringify({ unreadable: payload }) : payload?.replaceAll('\n', ' ');
}
