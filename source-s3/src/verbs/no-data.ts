// The answer if tables have no file that is read: what was found instead, and what to set.
import { countOf } from '@s3-connectors/common/program/text-layout.ts';
import { ConnectorError } from '@s3-connectors/common/protocol/errors.ts';

import type { SourceConfig } from '../config/config.ts';
import { formatsOf, foreignExtension, namingOf } from '../layout/file-name.ts';
import { countForeign, countSkip, describeSkips, type Gathered, type SkipReport } from '../listing/skip-report.ts';

const mostNamed = 5;

/** Bound: a hundred extensions, and the reasons. */
export class NothingRead {
  readonly #skips: SkipReport = new Map();
  readonly #foreign: Gathered['foreign'] = new Map();
  #tables = 0;
  #first = '';

  /** For a table without a data file. */
  add(folder: string, { skips, foreign }: Gathered): void {
    if (this.#tables++ === 0) this.#first = folder;
    for (const [reason, { count, example }] of skips) countSkip(this.#skips, reason, example, count);
    for (const [extension, { count, example }] of foreign) countForeign(this.#foreign, extension, example, count);
  }

  /** Whether only names are the reason: a file of another time or storage class may become readable. */
  get isByName(): boolean {
    const later = ['before_start_date', 'archived', 'empty'] as const;
    const byName = ['extension', 'file_pattern'] as const;
    return byName.some((reason) => this.#skips.has(reason)) && !later.some((reason) => this.#skips.has(reason));
  }

  /** CONFIG_INVALID for all of them. */
  error(config: SourceConfig): ConnectorError {
    const where =
      this.#tables === 1 ? `"${this.#first}"` : `${countOf(this.#tables, 'table')}, first "${this.#first}",`;
    return new ConnectorError('CONFIG_INVALID', `No file of ${where} is read. ${this.advice(config)}`);
  }

  /** What was found, and what to set. */
  advice({ format: { format }, selection }: SourceConfig): string {
    const others = new Map(this.#skips);
    others.delete('extension');
    const seen = [...this.#foreign].map(([extension, { count, example }]) => {
      return `${countOf(count, 'file')} named "${extension}", such as "${example}"`;
    });
    const named = seen.slice(0, mostNamed).join('; ') + (seen.length > mostNamed ? '; and others' : '');
    const skipped = describeSkips(others);
    if (seen.length === 0 && skipped === undefined) return 'Nothing is stored there.';
    const parts = [
      seen.length === 0
        ? ''
        : `No file has an extension of the format ${format}. There is other data: ${named}. ${this.#remedy(format)}`,
      skipped === undefined ? '' : `Not read, by reason: ${skipped}.`,
      others.has('file_pattern') ? `Correct file_pattern ("${selection.filePattern}").` : '',
      others.has('folder') ? 'If each folder is a table, set tables_from to "folders".' : '',
      others.has('before_start_date') ? 'Set an earlier start_date if these files are wanted.' : '',
    ];
    return parts.filter((part) => part !== '').join(' ');
  }

  #remedy(format: SourceConfig['format']['format']): string {
    const [first] = this.#foreign;
    if (first === undefined) return '';
    const [extension, { example }] = first;
    const name = example.slice(example.lastIndexOf('/') + 1);
    const known = foreignExtension(name, { ...namingOf(format), extensions: [] });
    const [other] = known === undefined ? [] : formatsOf(known);
    const pattern = `*${extension}`;
    if (other === undefined) return `If these are ${format} files, set file_pattern to "${pattern}".`;
    return `To read these, set data_format.format to "${other}". If they are ${format} files in spite of their names, set file_pattern to "${pattern}".`;
  }
}
