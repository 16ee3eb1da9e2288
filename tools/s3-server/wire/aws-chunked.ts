// Content-Encoding aws-chunked: chunks `<hex length>[;chunk-signature=…]\r\n<bytes>\r\n`, a chunk of length 0, and after it
// trailers `name:value\r\n` until an empty line. Chunk signatures are not verified.
// Source: https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming-trailers.html
import { NEWLINE } from '@s3-connectors/common/json/ascii.ts';

import { S3Error } from '../errors.ts';

const MAX_LINE_BYTES = 8192;

type Part = 'length' | 'bytes' | 'end of bytes' | 'trailers' | 'done';

/** Takes the body as it arrives and gives the payload's bytes, as views of what it was given. */
export class AwsChunkedDecoder {
  readonly trailers = new Map<string, string>();
  #part: Part = 'length';
  #left = 0;
  #line = Buffer.alloc(0);

  push(bytes: Buffer): readonly Buffer[] {
    const payload: Buffer[] = [];
    let rest = bytes;
    while (rest.length > 0 && this.#part !== 'done') {
      if (this.#part === 'bytes') {
        const piece = rest.subarray(0, this.#left);
        payload.push(piece);
        this.#left -= piece.length;
        rest = rest.subarray(piece.length);
        if (this.#left === 0) this.#part = 'end of bytes';
      } else {
        rest = this.#takeLine(rest);
      }
    }
    return payload;
  }

  /** @throws IncompleteBody when the last chunk has not come. */
  end(): void {
    if (this.#part !== 'done') throw new S3Error('IncompleteBody');
  }

  #takeLine(bytes: Buffer): Buffer {
    const end = bytes.indexOf(NEWLINE);
    this.#line = Buffer.concat([this.#line, end < 0 ? bytes : bytes.subarray(0, end)]);
    if (this.#line.length > MAX_LINE_BYTES) throw malformed();
    if (end < 0) return bytes.subarray(bytes.length);
    this.#endLine(this.#line.toString('latin1').trimEnd());
    this.#line = Buffer.alloc(0);
    return bytes.subarray(end + 1);
  }

  #endLine(line: string): void {
    if (this.#part === 'length') {
      const [, length] = /^([0-9a-fA-F]{1,12})(?:;.*)?$/.exec(line) ?? [];
      if (length === undefined) throw malformed();
      this.#left = Number.parseInt(length, 16);
      this.#part = this.#left === 0 ? 'trailers' : 'bytes';
    } else if (this.#part === 'end of bytes') {
      if (line !== '') throw malformed();
      this.#part = 'length';
    } else if (line === '') {
      this.#part = 'done';
    } else {
      const colon = line.indexOf(':');
      this.trailers.set(line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim());
    }
  }
}

function malformed(): S3Error {
  return new S3Error('InvalidRequest', { message: 'The aws-chunked body is malformed.' });
}
