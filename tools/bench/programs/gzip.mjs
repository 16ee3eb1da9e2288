// Where pigz is not installed: Node's gzip on one thread. Plain JavaScript, so that stripping types does not slow it down.
//   node gzip.mjs LEVEL < input > output
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';

await pipeline(process.stdin, createGzip({ level: Number(process.argv[2]), chunkSize: 1024 * 1024 }), process.stdout);
