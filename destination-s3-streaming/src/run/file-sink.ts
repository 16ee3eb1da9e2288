// Rows in: each goes into the open file of its stream and hour, or of its stream's rejected records. The hot path: nothing here
// builds a string, an object or a Date for a row whose file is open.
import type { DurableStates, Scope } from '@s3-connectors/common/destination/input/durable-states.ts';
import type { Placement, Sink } from '@s3-connectors/common/destination/run/intake.ts';
import type { Target } from '@s3-connectors/common/destination/run/plan.ts';
import type { Envelope } from '@s3-connectors/common/records/envelope.ts';

import type { OpenFile } from '../files/open-file.ts';
import { layout } from '../layout/layout.ts';
import { noHour, type OpenFiles } from './open-files.ts';

/** A file's first row: the number of its record, and the time that it is placed by. */
type FirstRow = { readonly number: number; readonly timestamp: number; readonly openedAt: number };

export class FileSink implements Sink {
  readonly #files: OpenFiles;
  readonly #states: DurableStates;

  constructor(files: OpenFiles, states: DurableStates) {
    this.#files = files;
    this.#states = states;
  }

  append({ index, timeField, succession }: Target, placement: Placement, bytes: Buffer, found: Envelope): undefined {
    const { time, placedBy: timestamp, now, cameAt: openedAt } = placement;
    const hour = timeField === undefined ? noHour : layout.periodOf(timestamp);
    const number = this.#states.record(index);
    const file = this.#files.find(index, hour) ?? this.#open(index, hour, { number, timestamp, openedAt }, index);
    file.append(bytes, found.dataStart, found.dataEnd);
    const isTimed = !Number.isNaN(time);
    if (isTimed && succession.kind === 'replace') file.spans(time);
    file.rowTimes.add(openedAt - file.openedAt, now - (isTimed ? time : timestamp));
  }

  setAside({ index, timeField }: Target, kept: Buffer, placement: Placement): void {
    const { placedBy: timestamp, cameAt: openedAt } = placement;
    const hour = timeField === undefined ? noHour : layout.periodOf(timestamp);
    const place = this.#files.rejectedPlace(index);
    const number = this.#states.rejectedRecord(index);
    const file = this.#files.find(place, hour) ?? this.#open(place, hour, { number, timestamp, openedAt }, index);
    file.append(kept, 0, kept.length);
  }

  passed(scope: Scope, position: Uint8Array): void {
    this.#files.passed(scope, position);
  }

  #open(place: number, hour: number, { number, timestamp, openedAt }: FirstRow, stream: number): OpenFile {
    const file = this.#files.open(place, hour, { timestamp, openedAt });
    this.#states.opened(stream, file, number);
    return file;
  }
}
