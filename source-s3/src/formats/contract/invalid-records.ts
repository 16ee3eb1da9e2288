// What happens to records that cannot be decoded: the first one fails its stream, or all are counted and the first few are named.
import { ConnectorError } from '@s3-connectors/common/protocol/errors.ts';
import type { Log } from '@s3-connectors/common/protocol/log.ts';

const namedInFile = 5;

/** For one file. */
export class InvalidRecords {
  readonly #key: string;
  readonly #policy: 'fail' | 'skip';
  readonly #log: Log;
  #count = 0;

  constructor(key: string, policy: 'fail' | 'skip', log: Log) {
    this.#key = key;
    this.#policy = policy;
    this.#log = log;
  }

  /** `what`: the record's place and what is wrong with it. @throws FILE_UNREADABLE if it may not be skipped. */
  add(what: string): void {
    const text = `"${this.#key}": ${what}.`;
    if (this.#policy === 'fail') {
      throw new ConnectorError('FILE_UNREADABLE', `${text} Correct the file, or set invalid_records to "skip".`);
    }
    this.#count++;
    if (this.#count <= namedInFile) this.#log('WARN', `${text} It is skipped.`);
  }

  /** Call it at the end of the file. */
  report(): void {
    if (this.#count > namedInFile) this.#log('WARN', `"${this.#key}": ${this.#count} invalid records were skipped.`);
  }
}
