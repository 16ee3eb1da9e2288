// The layout report as one page: first what is wrong, then the sizes of the tables, then each table with its partitions and
// columns.
import { barTable } from '@s3-connectors/common/program/page/bars.ts';
import { calendarMap } from '@s3-connectors/common/program/page/calendar.ts';
import { heatMap } from '@s3-connectors/common/program/page/heat-map.ts';
import { htmlWith, type Html, type HtmlTag } from '@s3-connectors/common/program/page/html.ts';
import { pageOf } from '@s3-connectors/common/program/page/page.ts';
import { bytesText, countText } from '@s3-connectors/common/program/text-layout.ts';

import { SKIP_REASONS } from '../../layout/layout.ts';
import type { InspectReport, NearMiss, PrefixReport, SkippedReport, TableReport } from './report.ts';

/** About 60 KB each. */
const tablesInFull = 50;
const tablesShown = 1000;
const columnsShown = 200;
const dayMs = 86_400_000;

/** `clean`: applied to each text before it is escaped. */
export function inspectPage(report: InspectReport, clean: (text: string) => string): string {
  const markup = htmlWith(clean);
  const { bucket, format, schema_prefixes: prefixes } = report;
  const tables = prefixes.flatMap((prefix) => prefix.tables);
  const largest = tables.toSorted((a, b) => b.bytes - a.bytes);
  const title = `Layout of s3://${bucket}`;
  const files = tables.reduce((sum, table) => sum + table.files, 0);
  const bytes = tables.reduce((sum, table) => sum + table.bytes, 0);
  const what = `${countText(tables.length, 'table')}, ${countText(files, 'file')}, ${bytesText(bytes)}, read as ${format}.`;
  return pageOf(markup, title, [
    markup`<h1>${title}</h1><p>${what}</p>`,
    notesPart(markup, prefixes),
    sizesPart(markup, largest),
    skippedPart(markup, prefixes),
    ...largest.slice(0, tablesInFull).map((table, at) => tablePart(markup, table, `table-${at}`)),
  ]);
}

type Note = Omit<NearMiss, 'code'> & { readonly kind: 'error' | 'warning'; readonly code: string };

function notesPart(markup: HtmlTag, prefixes: readonly PrefixReport[]): Html {
  const notes = prefixes.flatMap((prefix) => [prefix, ...prefix.tables]).flatMap(notesOf);
  const sorted = notes.toSorted((a, b) => a.kind.localeCompare(b.kind)); // Errors come first.
  const items = sorted.slice(0, tablesShown).map(({ kind, code, message, examples }) => {
    const shown = examples.map((example) => markup`<li><code>${example}</code></li>`);
    const list = shown.length === 0 ? markup`` : markup`<ul>${shown}</ul>`;
    return markup`<li class="finding ${kind}"><strong>${kind}: ${code}</strong> ${message}${list}</li>`;
  });
  const content = items.length === 0 ? markup`<p>Nothing looks wrong.</p>` : markup`<ol>${items}</ol>`;
  return markup`<section aria-labelledby="findings"><h2 id="findings">Findings</h2>${content}</section>`;
}

function notesOf(of: PrefixReport | TableReport): readonly Note[] {
  const { prefix, problem, near_misses: misses } = of;
  const at = prefix === '' ? 'the root of the bucket' : prefix;
  const unreadable = 'unreadable' in of ? of.unreadable : [];
  const errors = unreadable.map(({ key, reason }) => ({ code: 'UNREADABLE', message: reason, examples: [key] }));
  if (problem !== null) errors.unshift({ ...problem, examples: [at] });
  return [
    ...errors.map((error) => ({ kind: 'error' as const, ...error })),
    ...misses.map((miss) => ({ ...miss, kind: 'warning' as const, message: `${at}: ${miss.message}` })),
  ];
}

function sizesPart(markup: HtmlTag, tables: readonly TableReport[]): Html {
  const bars = tables.slice(0, tablesShown).map(({ name, bytes, files, rows, newest }) => ({
    name,
    value: bytes,
    text: bytesText(bytes),
    more: [
      files.toLocaleString('en'),
      rows.count === null ? '?' : `${rows.exact ? '' : '~'}${rows.count.toLocaleString('en')}`,
      newest ?? '',
    ],
  }));
  const table = barTable(markup, ['table', 'size', 'files', 'rows', 'newest file'], bars);
  return markup`<section aria-labelledby="sizes"><h2 id="sizes">Size by table</h2>${table}</section>`;
}

function skippedPart(markup: HtmlTag, prefixes: readonly PrefixReport[]): Html {
  const counts = new Map<SkippedReport['reason'], number>();
  for (const { skipped } of prefixes.flatMap((prefix) => [prefix, ...prefix.tables])) {
    for (const { reason, count } of skipped) counts.set(reason, (counts.get(reason) ?? 0) + count);
  }
  const bars = [...counts]
    .sort(([, a], [, b]) => b - a)
    .map(([reason, count]) => ({
      name: `${reason}: ${SKIP_REASONS[reason]}`,
      value: count,
      text: count.toLocaleString('en'),
    }));
  const content =
    bars.length === 0 ? markup`<p>No key is skipped.</p>` : barTable(markup, ['reason', 'keys skipped'], bars);
  return markup`<section aria-labelledby="skipped"><h2 id="skipped">Skipped</h2>${content}</section>`;
}

function tablePart(markup: HtmlTag, table: TableReport, id: string): Html {
  const { name, prefix, partitions, schema } = table;
  const facts: readonly (readonly [string, string])[] = [
    ['Folder', prefix],
    ...partitions.map(({ column, type, values, more_values: isMore, from, to }) => {
      const range = from === null ? '' : `, ${from} to ${to ?? ''}`;
      return [
        `Partition ${column}`,
        `${type}, ${isMore ? 'at least ' : ''}${countText(values, 'value')}${range}`,
      ] as const;
    }),
    ...schema.columns.slice(0, columnsShown).map((column) => [`Column ${column.name}`, column.type] as const),
  ];
  const list = facts.map(([label, value]) => markup`<dt>${label}</dt><dd>${value}</dd>`);
  return markup`<section aria-labelledby="${id}"><h2 id="${id}">${name}</h2><dl>${list}</dl>${calendarOf(markup, table)}${differences(markup, table)}</section>`;
}

/** Up to the day after the newest file's: `day=9999-12-31` and the like would need their own calendar. */
function calendarOf(markup: HtmlTag, { name, newest, volume_by_day: volumes }: TableReport): Html {
  const mostDay = Date.parse(newest ?? '') / dayMs + 1;
  const all = volumes.map((volume) => [Date.parse(volume.day) / dayMs, volume] as const);
  const days = new Map(all.filter(([day]) => day <= mostDay));
  const lastDay = [...days.keys()].at(-1);
  if (lastDay === undefined) return markup``;
  const label = `Bytes by day of "${name}": ${countText(days.size, 'day')} with files`;
  const map = heatMap(markup, calendarMap({ label, days, gaps: new Set(), lastDay }));
  return markup`<figure><figcaption>Bytes by the day that folders name</figcaption>${map}</figure>`;
}

function differences(markup: HtmlTag, { schema }: TableReport): Html {
  if (schema.differences.length === 0) return markup``;
  const rows = schema.differences.map(({ key, column, type, newest_type: newest }) => {
    return markup`<tr><td>${column}</td><td>${newest ?? 'missing'}</td><td>${type ?? 'missing'}</td><td><code>${key}</code></td></tr>`;
  });
  return markup`<h3>Columns that differ from file to file</h3><div class="scroll"><table><thead><tr><th scope="col">column</th><th scope="col">in the newest file</th><th scope="col">here</th><th scope="col">file</th></tr></thead><tbody>${rows}</tbody></table></div>`;
}
