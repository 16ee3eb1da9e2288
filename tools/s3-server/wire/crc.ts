// The two CRCs that Node does not bring, by table, with reflected bits as S3 has them. CRC32 itself is node:zlib's.
// Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity-upload.html

const CRC32C = 0x82f63b78;
const CRC64NVME = { high: 0x9a6c9329, low: 0xac4bc9b5 };

const table32 = new Uint32Array(256);
const tableHigh = new Uint32Array(256);
const tableLow = new Uint32Array(256);
for (let byte = 0; byte < 256; byte++) {
  let crc = byte;
  let high = 0;
  let low = byte;
  for (let bit = 0; bit < 8; bit++) {
    crc = (crc >>> 1) ^ (crc & 1 ? CRC32C : 0);
    const isOdd = (low & 1) === 1;
    low = ((low >>> 1) | (high << 31)) ^ (isOdd ? CRC64NVME.low : 0);
    high = (high >>> 1) ^ (isOdd ? CRC64NVME.high : 0);
  }
  table32[byte] = crc;
  tableHigh[byte] = high;
  tableLow[byte] = low;
}

/** CRC32C over what came before (`crc`, 0 at first) and these bytes. */
export function crc32c(bytes: Uint8Array, crc: number): number {
  let state = ~crc;
  for (let i = 0; i < bytes.length; i++) state = (state >>> 8) ^ (table32[(state ^ (bytes[i] ?? 0)) & 0xff] ?? 0);
  return ~state >>> 0;
}

type Crc64 = { readonly high: number; readonly low: number };

/** CRC64NVME over what came before (zeros at first) and these bytes, in two halves: BigInt is slower by far. */
export function crc64nvme(bytes: Uint8Array, crc: Crc64): Crc64 {
  let high = ~crc.high;
  let low = ~crc.low;
  for (let i = 0; i < bytes.length; i++) {
    const index = (low ^ (bytes[i] ?? 0)) & 0xff;
    low = ((low >>> 8) | (high << 24)) ^ (tableLow[index] ?? 0);
    high = (high >>> 8) ^ (tableHigh[index] ?? 0);
  }
  return { high: ~high >>> 0, low: ~low >>> 0 };
}
