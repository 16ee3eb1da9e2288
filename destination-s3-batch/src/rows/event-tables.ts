// The tables of a split `events` stream: one for each event name, `pageview_events` for Pageview.
import { ConnectorError, type StreamDescriptor } from '@s3-connectors/common/protocol/errors.ts';
import type { Log } from '@s3-connectors/common/protocol/log.ts';
import { eventTable, schemaProperties } from '@s3-connectors/common/schemas/batch-types.ts';

import { fitsKey, tableFolder } from '../object-key.ts';
import type { Table, Tables } from '../table.ts';

/** Names, as they are spelled in rows, that are remembered; there are as many tables at most. */
const maxSpellings = 10_000;
const columns = schemaProperties(eventTable);

type Options = {
  readonly prefix: string;
  readonly stream: number;
  readonly descriptor: StreamDescriptor;
  readonly tables: Tables;
  readonly log: Log;
};

export class EventTables {
  readonly #options: Options;
  readonly #bySpelling = new Map<string, Table>();
  /** The first name that made each table. */
  readonly #names = new Map<Table, string>();
  readonly #warned = new Set<Table>();

  constructor(options: Options) {
    this.#options = options;
  }

  /**
   * The table of the event whose name, a JSON string, is bytes[start, end). Hot path.
   * @throws CATALOG_INVALID when the table is that of another stream.
   */
  tableOf(bytes: Buffer, start: number, end: number): Table {
    const spelling = bytes.toString('latin1', start, end);
    const known = this.#bySpelling.get(spelling);
    if (known !== undefined) return known;
    const table = this.#lookUp(String(JSON.parse(bytes.toString('utf8', start, end))));
    if (this.#bySpelling.size >= maxSpellings) this.#bySpelling.clear();
    this.#bySpelling.set(spelling, table);
    return table;
  }

  #lookUp(event: string): Table {
    const { prefix, stream, descriptor, tables, log } = this.#options;
    const name = eventTableName(event);
    const folder = tableFolder(prefix, name);
    const table = tables.inFolder(folder) ?? tables.add({ name, stream, folder, columns });
    if (table.stream !== stream) {
      const text = `The events "${event}" of the stream "${descriptor.name}" belong into the table "${name}", which is that of another stream. Set another "table" for that stream in "streams", or take it out of the catalog.`;
      throw new ConnectorError('CATALOG_INVALID', text, { stream: descriptor });
    }
    if (!fitsKey(folder)) {
      const text = `An event's name is too long for a key in S3 (${event.length} characters). Correct "event_name" in the source.`;
      throw new ConnectorError('CATALOG_INVALID', text, { stream: descriptor });
    }
    const first = this.#names.get(table) ?? event;
    this.#names.set(table, first);
    if (first !== event && !this.#warned.has(table)) {
      this.#warned.add(table);
      log(
        'WARN',
        `The events "${first}" and "${event}" share the table "${name}": their names differ in case or signs only.`,
      );
    }
    return table;
  }
}

/** Lower case; whatever is no letter, digit or underscore becomes an underscore. */
export function eventTableName(event: string): string {
  return `${event.toLowerCase().replaceAll(/[^a-z0-9_]/gu, '_')}_events`;
}

/** Whether `eventTableName` can give that name. */
export function isEventTable(name: string): boolean {
  return /^[a-z0-9_]*_events$/u.test(name);
}
