// Limits the size of a catalog: it is one message, so all of it is in memory until it is printed.
import { countOf } from '@s3-connectors/common/program/text-layout.ts';
import { megabytes } from '@s3-connectors/common/local-disk/free-space.ts';
import { ConnectorError } from '@s3-connectors/common/protocol/errors.ts';
import type { AirbyteStream } from '@s3-connectors/common/protocol/messages.ts';
import { streamLabel } from '@s3-connectors/common/protocol/stream-key.ts';

/** The divisor of `max_memory_mb`. A catalog takes eight times its text while it is made and printed. */
export const catalogShare = 8;

export class CatalogSize {
  readonly #maxBytes: number;
  #bytes = 0;
  #tables = 0;
  #widest: { readonly label: string; readonly bytes: number; readonly columns: number } | undefined;

  constructor(memoryBytes: number) {
    this.#maxBytes = Math.floor(memoryBytes / catalogShare);
  }

  /** @throws CONFIG_INVALID if the catalog becomes too large. */
  add(stream: AirbyteStream): void {
    const bytes = Buffer.byteLength(JSON.stringify(stream));
    this.#bytes += bytes;
    this.#tables += 1;
    if (bytes > (this.#widest?.bytes ?? 0)) {
      const columns = Object.keys(stream.json_schema['properties'] ?? {}).length;
      this.#widest = { label: streamLabel(stream), bytes, columns };
    }
    if (this.#bytes > this.#maxBytes) throw this.#tooLarge();
  }

  #tooLarge(): ConnectorError {
    const { label = '', bytes = 0, columns = 0 } = this.#widest ?? {};
    const limit = `The catalog of the first ${countOf(this.#tables, 'table')} has more than ${megabytes(this.#maxBytes)}, an eighth of max_memory_mb`;
    const widest = `The table "${label}" takes the most: ${countOf(columns, 'column')}, ${megabytes(bytes)}`;
    const advice =
      'Raise max_memory_mb, or divide schema_prefixes among several connections. If that table has no such columns, correct data_format or move it';
    return new ConnectorError('CONFIG_INVALID', `${limit}. ${widest}. ${advice}.`);
  }
}
