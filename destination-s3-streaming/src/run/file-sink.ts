// Takes rows: each goes into the open file of its stream, hour and partition, or into the file of its stream's rejected
// records. Hot path: no string, object or Date is built for a row whose file is open.
import type { DurableStates, Scope } from '@s3-connectors/common/destination/input/durable-states.ts';
import type { Placement, Sink } from '@s3-connectors/common/destination/plan/intake.ts';
import type { Plan, Target } from '@s3-connectors/common/destination/plan/plan.ts';
import type { Rejection } from '@s3-connectors/common/destination/input/rejections.ts';
import { RowMaker } from '@s3-connectors/common/destination/rows/row-maker.ts';
import type { Envelope } from '@s3-connectors/common/records/envelope.ts';

import type { OpenFile } from '../files/open-file.ts';
import { layout } from '../layout/layout.ts';
import { noHour, type OpenFiles, type Opening, type FileSlot } from './open-files.ts';

/** A file's first row: the number of its record, and the time that decides its folder. */
type FirstRow = Opening & { readonly number: number };

export class FileSink implements Sink {
  readonly #files: OpenFiles;
  readonly #states: DurableStates;
  /** By the number of the stream; only for streams whose rows are not stored byte for byte. */
  readonly #makers: readonly (RowMaker | undefined)[];

  constructor({ targets, fields }: Plan, files: OpenFiles, states: DurableStates) {
    this.#makers = targets.map(({ rowPlan }) => rowPlan && new RowMaker(rowPlan, fields));
    this.#files = files;
    this.#states = states;
  }

  append(
    { index, timeField, succession }: Target,
    placement: Placement,
    bytes: Buffer,
    found: Envelope,
  ): Rejection | undefined {
    const { time, placedBy: timestamp, now, cameAt: openedAt } = placement;
    const maker = this.#makers[index];
    const rejection = maker?.make(bytes, found, now);
    if (rejection !== undefined) return rejection;
    const hour = timeField === undefined ? noHour : layout.periodOf(timestamp);
    const partition = maker === undefined ? '' : maker.partition;
    const slot = partition === '' ? hour : `${hour}/${partition}`;
    const number = this.#states.record(index);
    const file =
      this.#files.find(index, slot) ?? this.#open(index, slot, { number, hour, partition, timestamp, openedAt }, index);
    if (maker === undefined) file.append(bytes, found.dataStart, found.dataEnd);
    else file.append(maker.out.memory, 0, maker.out.length);
    const isTimed = !Number.isNaN(time);
    if (isTimed && succession.kind === 'replace') file.spans(time);
    file.rowTimes.add(openedAt - file.openedAt, now - (isTimed ? time : timestamp));
    return undefined;
  }

  setAside({ index, timeField }: Target, kept: Buffer, placement: Placement): void {
    const { placedBy: timestamp, cameAt: openedAt } = placement;
    const hour = timeField === undefined ? noHour : layout.periodOf(timestamp);
    const place = this.#files.rejectedPlace(index);
    const number = this.#states.rejectedRecord(index);
    const file =
      this.#files.find(place, hour) ??
      this.#open(place, hour, { number, hour, partition: '', timestamp, openedAt }, index);
    file.append(kept, 0, kept.length);
  }

  passed(scope: Scope, position: Uint8Array): void {
    this.#files.passed(scope, position);
    for (const maker of scope === 'all' ? this.#makers : [this.#makers[scope]]) maker?.passed(position);
  }

  #open(place: number, slot: FileSlot, { number, ...opening }: FirstRow, stream: number): OpenFile {
    const file = this.#files.open(place, slot, opening);
    this.#states.opened(stream, file, number);
    return file;
  }
}
