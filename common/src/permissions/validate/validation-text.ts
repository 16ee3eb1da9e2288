// The output of `policy validate`: the findings in the order of the text, then a table of needs and verdicts.
import { oneLine } from '../../protocol/text/text.ts';
import { nameOf } from '../judge/document.ts';
import { FINDING_CODES, type PolicyFinding } from './finding.ts';
import type { Judged } from './policy-text.ts';
import type { Validation } from './validate.ts';

export function validationText(validation: Validation): string {
  const { findings, kind, principal, judged } = validation;
  const whom = principal === undefined ? '' : ` for ${principal.arn}`;
  const head = `Read as ${kind === 'bucket' ? 'the policy of the bucket' : 'an IAM policy'}${whom}.`;
  const found = findings.map((finding, index) => `${index + 1}. ${findingText(finding)}`);
  const lines = [head, '', ...(found.length === 0 ? ['The policy has no mistakes.'] : found), '', ...table(judged), ''];
  return lines.map(oneLine).join('\n'); // A text of the policy must not begin a line.
}

/** `ERROR ARN_COLONS at line 7, column 19: statement 1 ("Write"): …` */
export function findingText({ code, place, text }: PolicyFinding): string {
  return `${FINDING_CODES[code].toUpperCase()} ${code} at line ${place.line}, column ${place.column}: ${text}.`;
}

/** Aligned columns: action, resource, verdict. */
function table(judged: readonly Judged[]): readonly string[] {
  if (judged.length === 0) return [];
  const rows = [['needed action', 'on', 'verdict'], ...judged.map(rowOf)];
  const width = (column: number): number => Math.max(...rows.map((row) => row[column]?.length ?? 0));
  const [first, second] = [width(0), width(1)];
  return rows.map(([action = '', resource = '', verdict = '']) => {
    return `${action.padEnd(first)}  ${resource.padEnd(second)}  ${verdict}`;
  });
}

export function rowOf({ need, verdict }: Judged): readonly string[] {
  const { prefixes } = need;
  const where = prefixes === undefined ? need.resource : `${need.resource} (prefixes ${prefixes.join(', ')})`;
  const by = verdict.by === undefined ? '' : nameOf(verdict.by);
  switch (verdict.result) {
    case 'allowed':
      return [need.action, where, `allowed by ${by}`];
    case 'open':
      return [need.action, where, `depends on ${by}`];
    default:
      return [need.action, where, by === '' ? 'denied: no statement allows it' : `denied by ${by}`];
  }
}
