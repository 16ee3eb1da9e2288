// The report as text for a terminal of 100 columns: first the findings, then a table of types or tables, then the details of
// each.
import { oneLine } from '../../../protocol/text/text.ts';
import { bytesText, countText, field, row, type Cell } from '../../../program/text-layout.ts';
import type { ExportStatus, PlaceStatus, RejectedStatus, StatusFinding, StatusReport } from './report.ts';
import { durationText, rangesText } from './report-words.ts';

const namesShown = 20;
/** Further ones have only their line in the table. */
const placesInFull = 50;

export function statusText(report: StatusReport): string {
  return `${[...lines(report)].join('\n')}\n`;
}

function* lines(report: StatusReport): Generator<string> {
  const { bucket, prefix, destination, at, places, findings, files, bytes, age_seconds: age } = report;
  yield `s3://${oneLine(bucket)}/${oneLine(prefix)} of ${destination}, at ${at}`;
  const arrived = age === null ? '' : `; the newest arrived ${durationText(age)} ago`;
  yield `${countText(places.length, nounOf(report))}, ${countText(files, 'file')}, ${bytesText(bytes)}${arrived}`;
  yield '';
  if (findings.length === 0) yield 'Nothing looks wrong.';
  for (const found of findings) yield* findingLines(found);
  if (places.length > 0) yield* ['', row(headsOf(report))];
  for (const place of places) yield row(cells(report, place));
  for (const place of places.slice(0, placesInFull)) yield* ['', ...placeLines(report, place)];
  if (report.rejected.length > 0) yield* ['', 'rejected records'];
  for (const one of report.rejected) yield* rejectedLines(one);
  yield '';
  const { objects_listed: objects, list_requests: lists, get_requests: gets } = report;
  yield `${countText(objects, 'object')} listed; ${lists.toLocaleString('en')} ListObjectsV2 and ${gets.toLocaleString('en')} GetObject requests`;
}

function nounOf({ period }: StatusReport): 'type' | 'table' {
  return period === 'hour' ? 'type' : 'table';
}

const labels = { error: 'ERROR', warning: 'WARNING', note: 'note' } as const;

function* findingLines({ code, severity, message, examples }: StatusFinding): Generator<string> {
  const named = examples.filter((example) => !message.includes(example));
  const shown = named.slice(0, namesShown).map((example) => `"${oneLine(example)}"`);
  const more = named.length > namesShown ? ` and ${named.length - namesShown} more` : '';
  const such = shown.length === 0 ? '' : ` See ${shown.join(', ')}${more}.`;
  yield* field(labels[severity], `${code}: ${oneLine(message)}${such}`);
}

function headsOf(report: StatusReport): readonly Cell[] {
  return [
    { text: nounOf(report), width: 32 },
    { text: 'files', width: -11 },
    { text: 'size', width: -10 },
    { text: `newest ${report.period}`, width: -17 },
    { text: 'arrived', width: -14 },
    { text: 'gaps', width: -7 },
  ];
}

function cells(report: StatusReport, place: PlaceStatus): readonly Cell[] {
  const texts = [
    oneLine(place.name),
    place.files.toLocaleString('en'),
    bytesText(place.bytes),
    place.newest ?? 'no dates',
    `${durationText(place.age_seconds)} ago`,
    place.gap_count.toLocaleString('en'),
  ];
  return headsOf(report).map(({ width }, index) => ({ text: texts[index] ?? '', width }));
}

function* placeLines({ days, period }: StatusReport, place: PlaceStatus): Generator<string> {
  yield oneLine(place.folder);
  yield* field('files', `${countText(place.files, 'file')}, ${bytesText(place.bytes)}${sizesText(place)}`);
  if (place.oldest !== null) yield* field(`${period}s`, `${place.oldest} to ${place.newest ?? ''}`);
  if (place.newest_object !== null) {
    const { key, bytes, arrived } = place.newest_object;
    yield* field('newest', `"${oneLine(key)}", ${bytesText(bytes)}, arrived ${arrived}`);
  }
  if (place.delay !== null) {
    const { median_seconds: median, p99_seconds: most } = place.delay;
    yield* field(
      'delay',
      `${durationText(median)} (half of the files), ${durationText(most)} (99 %) from first record to arrival`,
    );
  }
  if (place.oldest !== null) yield* field(`last ${days} d`, gapsText(place, period));
  if (place.last_export !== null) yield* field('last export', exportText(place.last_export));
  if (place.fields !== null) yield* fieldLines(place.fields);
}

function sizesText({ file_sizes: sizes }: PlaceStatus): string {
  const most = sizes.reduce((a, b) => (b.files > a.files ? b : a), { up_to_bytes: 0, files: 0 });
  return most.files === 0 ? '' : `, most of them up to ${bytesText(most.up_to_bytes)}`;
}

function gapsText({ gaps, gap_count: count, quiet_count: quiet }: PlaceStatus, period: string): string {
  const usual =
    quiet === 0 ? '' : `; ${countText(quiet, period)} without files that usually ${quiet === 1 ? 'has' : 'have'} none`;
  if (count === 0) return `no gaps${usual}`;
  return `${countText(count, period)} without files: ${rangesText(gaps.map((gap) => gap.period))}${usual}`;
}

function exportText({ export: id, published, age_seconds: age, rows, objects }: ExportStatus): string {
  const size = rows === null || objects === null ? '' : `: ${countText(rows, 'row')} in ${countText(objects, 'file')}`;
  return `${id === null ? '' : `${id}, `}published ${published}, ${durationText(age)} ago${size}`;
}

function* fieldLines(fields: NonNullable<PlaceStatus['fields']>): Generator<string> {
  const { recent_files: recent, recent_rows: rows, earlier_files: earlier, earlier_rows: before } = fields;
  if (recent + earlier > 0) {
    yield* field(
      'looked into',
      `${countText(rows, 'row')} of ${countText(recent, 'recent file')}, ${countText(before, 'row')} of ${countText(earlier, 'earlier file')}`,
    );
  }
  const lists = [
    ['missing', [...fields.missing_event_types, ...fields.missing]],
    ['new', [...fields.new_event_types, ...fields.new]],
    ['in __json', fields.misfits],
  ] as const;
  for (const [label, names] of lists) {
    const more = names.length > namesShown ? ` and ${names.length - namesShown} more` : '';
    if (names.length > 0) yield* field(label, `${names.slice(0, namesShown).map(oneLine).join(', ')}${more}`);
  }
}

function* rejectedLines({ name, files, bytes, reasons }: RejectedStatus): Generator<string> {
  const main = reasons.slice(0, namesShown).map(({ reason, field: of, records }) => {
    return `${records.toLocaleString('en')} ${oneLine(reason)}${of === '' ? '' : ` of "${oneLine(of)}"`}`;
  });
  yield* field(
    oneLine(name),
    `${countText(files, 'file')}, ${bytesText(bytes)}${main.length === 0 ? '' : `: ${main.join(', ')}`}`,
  );
}
