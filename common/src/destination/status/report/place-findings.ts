// Findings about one type or table: gaps, unfinished exports, event types and fields that appear or disappear. Pure.
import { countText } from '../../../program/text-layout.ts';
import { finding } from './finding.ts';
import type { FieldsStatus, PlaceStatus, StatusCode, StatusFinding, UnfinishedExport } from './report.ts';
import { rangesText } from './report-words.ts';

const unfinishedText: Readonly<Record<UnfinishedExport['state'], (files: number) => string>> = {
  staged: (files) =>
    `${countText(files, 'file')} ${files === 1 ? 'waits' : 'wait'} below _staging/, and readers see the previous data.`,
  publishing: () =>
    'it had begun to copy its files to their places. Readers that list the folder can see both versions, those that follow latest.json see the previous one.',
  deleting: () =>
    'it is current, but earlier files may be left. Readers that list the folder can see both versions, those that follow latest.json see the new one.',
};

export function* placeFindings(noun: 'type' | 'table', place: PlaceStatus): Generator<StatusFinding> {
  const { name, gaps, gap_count: count, unfinished_exports: unfinished } = place;
  if (count > 0) {
    const what = noun === 'type' ? 'hour' : 'day';
    const ranges = rangesText(gaps.map(({ period }) => period));
    const last = gaps.at(-1)?.usual_files ?? 0;
    const usual =
      last < 1 ? '' : ` About ${countText(Math.round(last), 'file')} ${Math.round(last) === 1 ? 'is' : 'are'} usual.`;
    const text = `The ${noun} "${name}" has no files in ${countText(count, what)} that usually ${count === 1 ? 'has' : 'have'} some: ${ranges}.${usual} If the source had no data then, nothing is wrong; else run the sync for that time again.`;
    yield finding('gap', text, { name });
  }
  for (const { export: id, state, files, began } of unfinished) {
    const text = `The export ${id} of the ${noun} "${name}" began at ${began} and is not finished: ${unfinishedText[state](files)} If no run is at work now, the next run of the same worker finishes it or rolls it back.`;
    yield finding('unfinished_export', text, { name });
  }
  const { future_files: ahead } = place;
  if (ahead > 0) {
    const text = `${countText(ahead, 'file')} of the ${noun} "${name}" ${ahead === 1 ? 'is' : 'are'} in folders of a future time. Check the clock of the program that made the records.`;
    yield finding('future_time', text, { name });
  }
  if (place.fields !== null) yield* fieldFindings(name, place.fields);
}

function* fieldFindings(name: string, fields: FieldsStatus): Generator<StatusFinding> {
  const rows = `${countText(fields.recent_rows, 'row')} of the newest files`;
  const earlier = `of earlier files of "${name}"`;
  const newest = `of the newest files of "${name}"`;
  const lists: readonly (readonly [StatusCode, readonly string[], string, string])[] = [
    ['missing_event_type', fields.missing_event_types, earlier, `not in ${rows}`],
    ['missing_field', fields.missing, earlier, `not in ${rows}, or always null there`],
    ['new_event_type', fields.new_event_types, newest, 'not in earlier ones'],
    ['new_field', fields.new, newest, 'not in earlier ones'],
  ];
  for (const [code, names, where, what] of lists) {
    if (names.length === 0) continue;
    const subject = countText(names.length, code.endsWith('event_type') ? 'event type' : 'field');
    yield finding(code, `${subject} ${where} ${names.length === 1 ? 'is' : 'are'} ${what}.`, { name, examples: names });
  }
  const { misfits } = fields;
  if (misfits.length === 0) return;
  const text = `${countText(misfits.length, 'field')} of "${name}" ${misfits.length === 1 ? 'has' : 'have'} values that do not fit their column: these are in <field>__json.`;
  yield finding('misfit_field', text, { name, examples: misfits });
}
