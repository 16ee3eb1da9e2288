// Why records were rejected: the reasons in the newest files below `_rejected/`. The records themselves are not read.
import { parseJson } from '../../../json/parse-json.ts';
import { mapConcurrent } from '../../../streams/map-concurrent.ts';
import { REJECTION_REASONS } from '../../input/rejections.ts';
import type { RejectedStatus } from '../report/report.ts';
import type { PrefixSurvey } from '../survey/prefix-survey.ts';
import { lookBounds, type Look } from './look.ts';
import { firstLines } from './text-sample.ts';

const head = /^\{"reason":"(\w{1,40})","field":("(?:[^"\\]|\\.){0,120}")/u;
const reasons: ReadonlySet<string> = new Set(REJECTION_REASONS);
const mostReasons = 100;

/** The newest first. Bound: three files for each of `lookBounds.rejected` streams; the others are counted. */
export async function lookAtRejected(
  look: Look,
  survey: PrefixSurvey,
  signal: AbortSignal,
): Promise<readonly RejectedStatus[]> {
  const newest = [...survey.rejected].sort(([, a], [, b]) => b.newest - a.newest);
  const results = mapConcurrent(
    newest.entries(),
    lookBounds.documentsAtOnce,
    async ([index, [name, { count, bytes, newest: time, candidates }]], linked): Promise<RejectedStatus> => {
      const tally = new ReasonTally();
      const { recent, earlier } = candidates;
      const files = index < lookBounds.rejected ? (recent.length > 0 ? recent : earlier) : [];
      for (const object of files.filter(({ key }) => key.endsWith('.gz'))) {
        const lines = await look.findings.attempt(object.key, () => firstLines(look.s3, object, linked));
        for (const line of lines ?? []) tally.see(line);
      }
      return { name, files: count, bytes, newest: new Date(time).toISOString(), ...tally.result() };
    },
    signal,
  );
  return Array.fromAsync(results);
}

class ReasonTally {
  readonly #counts = new Map<string, { reason: string; field: string; records: number }>();
  #records = 0;

  see(line: string): void {
    const [, reason = '', field = '""'] = head.exec(line) ?? [];
    const known = reasons.has(reason) ? { reason, field: nameIn(field) } : { reason: 'unknown', field: '' };
    const name = `${known.reason} ${known.field}`;
    const found = this.#counts.get(name);
    this.#records += 1;
    if (found !== undefined) found.records += 1;
    else if (this.#counts.size < mostReasons) this.#counts.set(name, { ...known, records: 1 });
  }

  result(): Pick<RejectedStatus, 'sampled_records' | 'reasons'> {
    return {
      sampled_records: this.#records,
      reasons: [...this.#counts.values()].sort((a, b) => b.records - a.records),
    };
  }
}

function nameIn(json: string): string {
  try {
    return String(parseJson(json));
  } catch {
    return '';
  }
}
