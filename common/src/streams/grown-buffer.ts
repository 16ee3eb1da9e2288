/** The first `used` bytes of `buffer` in a larger one. It is not filled with zeros, and shares its memory with no other buffer. */
export function grownBuffer(buffer: Buffer, used: number, capacity: number): Buffer<ArrayBuffer> {
  const larger = Buffer.allocUnsafeSlow(capacity);
  buffer.copy(larger, 0, 0, used);
  return larger;
}
