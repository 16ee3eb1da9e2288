// The report as one page: first the findings, then volume by type or table, then heat maps and file sizes of the largest ones.
import { barTable } from '../../../program/page/bars.ts';
import { heatMap } from '../../../program/page/heat-map.ts';
import { htmlWith, type Html, type HtmlTag } from '../../../program/page/html.ts';
import { pageOf } from '../../../program/page/page.ts';
import { bytesText, countOf, countText } from '../../../program/text-layout.ts';
import type { PlaceStatus, StatusFinding, StatusReport } from './report.ts';
import { durationText } from './report-words.ts';
import { dayMap, hourMap } from './volume-maps.ts';

/** About 100 KB each. */
const placesInFull = 20;
const placesInTable = 200;

/** Bound: about 3 MB. `clean`: applied to each text before it is escaped. */
export function statusPage(report: StatusReport, clean: (text: string) => string): string {
  const markup = htmlWith(clean);
  const { bucket, prefix, places } = report;
  const title = `Status of s3://${bucket}/${prefix}`;
  return pageOf(markup, title, [
    head(markup, report, title),
    findingsPart(markup, report),
    ...(places.length === 0 ? [] : [volumePart(markup, report)]),
    ...rejectedPart(markup, report),
    ...places.slice(0, placesInFull).map((place, at) => placePart(markup, report, { place, at })),
  ]);
}

function head(markup: HtmlTag, report: StatusReport, title: string): Html {
  const { destination, at, places, files, bytes, age_seconds: age, period } = report;
  const arrived = age === null ? '' : `; the newest file arrived ${durationText(age)} before`;
  const what = `${countText(places.length, period === 'hour' ? 'type' : 'table')}, ${countText(files, 'file')}, ${bytesText(bytes)}${arrived}`;
  return markup`<h1>${title}</h1>
    <p>${destination}, at ${at} (UTC). ${what}.</p>`;
}

function findingsPart(markup: HtmlTag, { findings }: StatusReport): Html {
  const list =
    findings.length === 0
      ? markup`<p>Nothing looks wrong.</p>`
      : markup`<ol>
          ${findings.map((found) => findingItem(markup, found))}
        </ol>`;
  return markup`<section aria-labelledby="findings">
    <h2 id="findings">Findings</h2>
    ${list}
  </section>`;
}

const examplesShown = 20;

function findingItem(markup: HtmlTag, { code, severity, message, examples }: StatusFinding): Html {
  const named = examples.filter((example) => !message.includes(example));
  const shown = named.slice(0, examplesShown).map((example) => markup`<li><code>${example}</code></li>`);
  const more =
    shown.length === 0
      ? markup``
      : markup`<ul>
          ${shown}
        </ul>`;
  return markup`<li class="finding ${severity}"><strong>${severity}: ${code}</strong> ${message}${more}</li>`;
}

function volumePart(markup: HtmlTag, { places, period }: StatusReport): Html {
  const noun = period === 'hour' ? 'type' : 'table';
  const bars = places.slice(0, placesInTable).map((place) => ({
    name: place.name,
    value: place.bytes,
    text: bytesText(place.bytes),
    more: [
      place.files.toLocaleString('en'),
      place.newest ?? 'no dates',
      `${durationText(place.age_seconds)} ago`,
      place.gap_count.toLocaleString('en'),
    ],
  }));
  const table = barTable(markup, [noun, 'size', 'files', `newest ${period}`, 'arrived', 'gaps'], bars);
  return markup`<section aria-labelledby="volume">
    <h2 id="volume">Volume by ${noun}</h2>
    ${table}
  </section>`;
}

function rejectedPart(markup: HtmlTag, { rejected }: StatusReport): readonly Html[] {
  const bars = rejected.slice(0, placesInTable).flatMap(({ name, reasons }) =>
    reasons.slice(0, examplesShown).map(({ reason, field, records }) => ({
      name: `${name}: ${reason}${field === '' ? '' : ` of "${field}"`}`,
      value: records,
      text: records.toLocaleString('en'),
    })),
  );
  if (rejected.length === 0) return [];
  const table = barTable(markup, ['reason', 'records looked at'], bars);
  return [
    markup`<section aria-labelledby="rejected">
      <h2 id="rejected">Rejected records</h2>
      ${table}
    </section>`,
  ];
}

function placePart(
  markup: HtmlTag,
  report: StatusReport,
  { place, at }: { readonly place: PlaceStatus; readonly at: number },
): Html {
  const id = `place-${at}`;
  const sizes = place.file_sizes.map(({ up_to_bytes: limit, files }) => {
    return { name: `up to ${bytesText(limit)}`, value: files, text: files.toLocaleString('en') };
  });
  const maps = [
    ...(place.volume_by_day.length > 0 ? [figure(markup, 'Bytes by day', heatMap(markup, dayMap(place, report)))] : []),
    ...(place.volume_by_hour.length > 0
      ? [
          figure(
            markup,
            `Bytes by hour (UTC), the last ${countOf(report.days, 'day')}`,
            heatMap(markup, hourMap(place, report)),
          ),
        ]
      : []),
  ];
  return markup`<section aria-labelledby="${id}">
    <h2 id="${id}">${place.name}</h2>
    ${facts(markup, place)}${maps}
    <h3>File sizes</h3>
    ${barTable(markup, ['size', 'files'], sizes)}
  </section>`;
}

function figure(markup: HtmlTag, caption: string, content: Html): Html {
  return markup`<figure>
    <figcaption>${caption}. Framed: no files, and usually some.</figcaption>
    ${content}
  </figure>`;
}

function facts(
  markup: HtmlTag,
  { folder, newest_object: newest, delay, last_export: last, quiet_count: quiet }: PlaceStatus,
): Html {
  const pairs: readonly (readonly [string, string])[] = [
    ['Folder', folder],
    ...(newest === null
      ? []
      : [['Newest file', `${newest.key}, ${bytesText(newest.bytes)}, arrived ${newest.arrived}`] as const]),
    ...(delay === null
      ? []
      : [
          [
            'Delay',
            `${durationText(delay.median_seconds)} (half of the files), ${durationText(delay.p99_seconds)} (99 %)`,
          ] as const,
        ]),
    ...(last === null ? [] : [['Last export', `${last.export ?? ''} published ${last.published}`] as const]),
    ...(quiet === 0
      ? []
      : [['Usually empty', `${quiet} hours or days without files are not counted as gaps`] as const]),
  ];
  return markup`<dl>
    ${pairs.map(
      ([name, value]) =>
        markup`<dt>${name}</dt>
          <dd>${value}</dd>`,
    )}
  </dl>`;
}
