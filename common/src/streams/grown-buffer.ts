/** Copies the first `used` bytes of `buffer` into a larger one, which is not zeroed and does not use the shared pool. */
export function grownBuffer(buffer: Buffer, used: number, capacity: number): Buffer<ArrayBuffer> {
  const larger = Buffer.allocUnsafeSlow(capacity);
  buffer.copy(larger, 0, 0, used);
  return larger;
}

/** A copy of the numbers with room for as many again, which are 0. */
export function doubled<Numbers extends Int32Array | Uint32Array | Float64Array | Uint8Array>(from: Numbers): Numbers {
  const larger = new (from.constructor as new (length: number) => Numbers)(2 * from.length);
  larger.set(from);
  return larger;
}
