/** Copies the first `used` bytes of `buffer` into a larger one, which is not zeroed and does not use the shared pool. */
export function grownBuffer(buffer: Buffer, used: number, capacity: number): Buffer<ArrayBuffer> {
  const larger = Buffer.allocUnsafeSlow(capacity);
  buffer.copy(larger, 0, 0, used);
  return larger;
}
