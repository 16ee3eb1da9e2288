// `status` shows where the data is. Listing → survey → a look at some documents and files → report → text, JSON or a page. It needs
// s3:ListBucket and s3:GetObject, and writes nothing to the bucket.
import type { OperatorArguments, Print, VerbContext, Watch } from '../../protocol/connector.ts';
import { ConnectorError } from '../../protocol/errors.ts';
import { countText } from '../../program/text-layout.ts';
import { openS3, verbRetryBudgetMs, type S3 } from '../../s3/connection/client.ts';
import { listPages } from '../../s3/list.ts';
import { systemClock, type Clock } from '../../streams/clock.ts';
import type { Shared } from '../config/config.ts';
import type { Layout } from '../layout/layout.ts';
import { largestDocument } from '../replacing/document-memory.ts';
import { lookElsewhere } from './looks/elsewhere.ts';
import { lookAtExports } from './looks/exports.ts';
import { lookAtFields } from './looks/fields.ts';
import { FindingList } from './looks/look.ts';
import { lookAtMisfits, withMisfits, type ReadMisfits } from './looks/misfits.ts';
import { lookAtRejected } from './looks/rejected.ts';
import { statusOptions, type StatusOptions } from './report/options.ts';
import { buildReport, type Found } from './report/build-report.ts';
import type { StatusReport } from './report/report.ts';
import { statusPage } from './report/report-page.ts';
import { statusText } from './report/report-text.ts';
import { durationText } from './report/report-words.ts';
import { PrefixSurvey } from './survey/prefix-survey.ts';

const hourMs = 3_600_000;

export type StatusTask = Pick<Shared<unknown>, 'connection' | 'prefix' | 'headers' | 'maxMemoryBytes'> & {
  readonly destination: string;
  readonly layout: Layout;
  /** Fields of a table with values that did not fit. Undefined: the destination keeps no types. */
  readonly readMisfits?: ReadMisfits | undefined;
};

/** `clock`: the machine's by default. */
export async function* status(
  task: StatusTask,
  given: OperatorArguments,
  context: VerbContext & { readonly clock?: Clock },
): AsyncGenerator<Print> {
  const options = statusOptions(given, task.layout.noun);
  const report = await reportOf(task, options, context);
  yield options.isJson ? { json: report } : statusText(report);
  const { html } = options;
  if (html !== undefined) yield { file: html, page: (clean) => statusPage(report, clean) };
  if (report.is_stale) context.fail(staleError(task, report));
}

/** @throws the errors of a listing. */
async function reportOf(
  task: StatusTask,
  options: StatusOptions,
  { log, signal, watch, clock = systemClock }: VerbContext & { readonly clock?: Clock },
): Promise<StatusReport> {
  using s3 = openS3(task.connection, { log, retryBudgetMs: verbRetryBudgetMs });
  const now = clock.wall();
  const survey = await surveyOf(s3, task, { options, now, watch }, signal);
  const found = await lookInto({ ...task, s3 }, survey, now, signal);
  return buildReport(task, { options, survey, now, ...found, counters: s3.counters });
}

/** Reads what the listing does not show, from a limited number of objects. */
async function lookInto(
  { s3, layout, prefix, headers, maxMemoryBytes, readMisfits }: StatusTask & { readonly s3: S3 },
  survey: PrefixSurvey,
  now: number,
  signal: AbortSignal,
): Promise<Pick<Found, 'exports' | 'fields' | 'rejected' | 'findings'>> {
  const findings = new FindingList();
  const look = { s3, layout, prefix, headers, maxDocumentBytes: largestDocument(maxMemoryBytes), findings };
  await lookElsewhere(look, survey.places.size === 0, signal);
  const exports = await lookAtExports(look, survey, now, signal);
  const fields = await lookAtFields(look, survey, signal);
  const rejected = await lookAtRejected(look, survey, signal);
  const misfits = readMisfits === undefined ? new Map() : await lookAtMisfits(look, { survey, readMisfits }, signal);
  return { exports, fields: withMisfits(fields, misfits), rejected, findings: findings.all };
}

async function surveyOf(
  s3: S3,
  { connection, prefix, layout }: StatusTask,
  { options, now, watch }: { readonly options: StatusOptions; readonly now: number; readonly watch: Watch | undefined },
  signal: AbortSignal,
): Promise<PrefixSurvey> {
  const times = {
    now,
    recentFrom: now - options.recentHours * hourMs,
    windowFrom: now - options.days * 24 * hourMs,
  };
  const survey = new PrefixSurvey({ bucket: connection.bucket, prefix, layout }, times);
  let listed = 0;
  using _ = watch?.(() => `${countText(listed, 'object')} listed`);
  for await (const { objects } of listPages(s3, { prefix }, signal)) {
    listed += objects.length;
    for (const object of objects) survey.see(object);
  }
  return survey;
}

function staleError({ layout, connection, prefix }: StatusTask, report: StatusReport): ConnectorError {
  const stale = report.findings.filter(({ code }) => code === 'stale');
  const names = stale.slice(0, 10).map(({ name }) => `"${name ?? ''}"`);
  const which =
    stale.length === 0
      ? `there is no data file below s3://${connection.bucket}/${prefix}`
      : `no new file of the ${layout.noun}${stale.length === 1 ? '' : 's'} ${names.join(', ')}${stale.length > names.length ? ', …' : ''}`;
  return new ConnectorError(
    'DATA_STALE',
    `Data is older than --max-age ${durationText(report.max_age_seconds ?? 0)} allows: ${which}. The report on standard output has the details.`,
  );
}
