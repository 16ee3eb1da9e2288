// `policy validate` finds the mistakes in a policy's text, and checks which needs of a connector it allows.
import type { Access } from '../needs/access.ts';
import { parsePrincipal, type Principal } from '../needs/arn.ts';
import { conditionFindings } from './condition-rules.ts';
import { statementsOf, type Statement } from '../judge/document.ts';
import { FINDING_CODES, type PolicyFinding } from './finding.ts';
import { formFindings } from './form-rules.ts';
import { JsonFault, parseJsonText, type JsonText } from './json-text.ts';
import { needFindings } from './need-rules.ts';
import { judging, type Judged, type PolicyKind } from './policy-text.ts';
import { resourceFindings } from './resource-rules.ts';
import { partitionOf } from '../../s3/address/address.ts';

export type Options = {
  readonly access: Access;
  readonly principal?: Principal | undefined;
  readonly kind?: PolicyKind | undefined;
};

export type Validation = {
  readonly kind: PolicyKind;
  /** The principal that the policy was checked for. */
  readonly principal?: Principal | undefined;
  /** In the order of the text. */
  readonly findings: readonly PolicyFinding[];
  /** Empty for a text that is not JSON. */
  readonly judged: readonly Judged[];
  readonly statements: readonly Statement[];
  /** The policy has no errors, and denies no need. */
  readonly isGood: boolean;
};

/** Findings that follow from another mistake in the statement. Each is reported once a statement. */
export const consequences: ReadonlySet<string> = new Set([
  'ACL_CONDITION_MISSING',
  'CONDITION_FAILS',
  'NOT_JUDGED',
  'PREFIX_OTHER',
  'PRINCIPAL_OTHER',
]);

export function validatePolicy(text: string, { access, ...options }: Options): Validation {
  const json = parsed(text);
  if ('code' in json) {
    return { kind: options.kind ?? 'bucket', findings: [json], judged: [], statements: [], isGood: false };
  }
  const statements = statementsOf(json.value);
  const kind = options.kind ?? (isOfBucket(statements) ? 'bucket' : 'iam');
  const principal = options.principal ?? (kind === 'bucket' ? onlyPrincipal(statements, access) : undefined);
  const seen = judging(json, { access, kind, principal });
  const causes = [...formFindings(seen), ...resourceFindings(seen), ...conditionFindings(seen)];
  const isExplained = ({ code, statement }: PolicyFinding): boolean =>
    consequences.has(code) && causes.some((cause) => cause.statement === statement && isError(cause));
  const isEmpty = statements.length === 0;
  const findings = [...causes, ...(isEmpty ? [] : needFindings(seen))].filter((finding) => !isExplained(finding));
  return {
    kind,
    principal,
    findings: unique(findings).sort((a, b) => a.place.line - b.place.line || a.place.column - b.place.column),
    judged: seen.judged,
    statements: seen.statements,
    isGood: !findings.some(isError),
  };
}

/** Only resource policies name principals. */
function isOfBucket(statements: readonly Statement[]): boolean {
  return statements.length === 0 || statements.some(({ principals }) => principals !== undefined);
}

function parsed(text: string): JsonText | PolicyFinding {
  try {
    return parseJsonText(text);
  } catch (error) {
    if (!(error instanceof JsonFault)) throw error;
    return { code: 'JSON_INVALID', place: error.place, text: error.message };
  }
}

function isError({ code }: PolicyFinding): boolean {
  return FINDING_CODES[code] === 'error';
}

function unique(findings: readonly PolicyFinding[]): PolicyFinding[] {
  const named = findings.toReversed().map((finding) => {
    const { code, statement, text } = finding;
    return [`${code} ${consequences.has(code) ? statement : text}`, finding] as const;
  });
  return [...new Map(named).values()];
}

/** The principal of the policy, if it allows exactly one. */
function onlyPrincipal(statements: readonly Statement[], { region }: Access): Principal | undefined {
  const named = statements
    .filter(({ effect, principals }) => effect === 'Allow' && principals?.not === false)
    .flatMap(({ principals }) => principals?.values ?? []);
  const principals = new Map(
    named.flatMap((text) => {
      const principal = parsePrincipal(text, partitionOf(region));
      return typeof principal === 'string' ? [] : [[principal.arn, principal] as const];
    }),
  );
  const [only] = principals.values();
  return principals.size === 1 ? only : undefined;
}
