// The setup page in the browser. It shows the policy for the entered values at once, and explains a pasted policy. All decisions
// are in common/src/permissions; this file only connects them with the page.
import {
  appendOnly,
  batchAccess,
  sourceAccess,
  streamingAccess,
  type Access,
} from '@s3-connectors/common/permissions/needs/access.ts';
import { parsePrincipal, type Principal } from '@s3-connectors/common/permissions/needs/arn.ts';
import { FINDING_CODES } from '@s3-connectors/common/permissions/validate/finding.ts';
import { fixPolicy } from '@s3-connectors/common/permissions/validate/fix.ts';
import { needsOf } from '@s3-connectors/common/permissions/needs/needs.ts';
import {
  bucketPolicy,
  iamPolicy,
  keyPolicyStatement,
  trustPolicy,
} from '@s3-connectors/common/permissions/policy/policy.ts';
import { validatePolicy, type Validation } from '@s3-connectors/common/permissions/validate/validate.ts';
import { findingText, rowOf } from '@s3-connectors/common/permissions/validate/validation-text.ts';
import { prefixProblem } from '@s3-connectors/common/destination/config/prefix.ts';
import { bucketProblem, ownerProblem, partitionOf, regionProblem } from '@s3-connectors/common/s3/address/address.ts';
import type { WriteHeaders } from '@s3-connectors/common/s3/write.ts';

type Field = HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement;

function element(id: string): HTMLElement {
  const found = document.getElementById(id);
  if (found === null) throw new Error(`no element "${id}"`);
  return found;
}

function typed(id: string): string {
  return (element(id) as Field).value.trim();
}

function isChecked(id: string): boolean {
  return (element(id) as HTMLInputElement).checked;
}

type Typed = {
  readonly access: Access;
  /** The mistakes in the fields, each after the name of its field. */
  readonly problems: readonly string[];
  readonly principal: Principal | undefined;
};

function read(): Typed {
  const [bucket, region, connector] = [typed('bucket'), typed('region'), typed('connector')];
  const principal = parsePrincipal(typed('principal'), partitionOf(region));
  const lines = connector === 'source' ? typed('prefix').split(/\s*\n\s*/u) : [typed('prefix')];
  const problems = [
    named('Bucket', bucketProblem(bucket)),
    named('Region', regionProblem(region, undefined)),
    ...lines.map((line) => named('Prefix', prefixProblem(line, bucket))),
    named('Account of the bucket', ownerProblem(typed('owner'))),
    typeof principal === 'string' ? `Principal: ${principal}.` : '',
  ].filter((text) => text !== '');
  const prefixes = lines
    .map((line) => line.replace(/\*?$/u, '').replace(/\/+$/u, ''))
    .map((line) => (line === '' ? '' : `${line}/`));
  return {
    access: accessOf(connector, {
      bucket,
      region,
      prefixes,
      ...(typed('owner') === '' ? {} : { owner: typed('owner') }),
    }),
    problems,
    principal: typeof principal === 'string' ? undefined : principal,
  };
}

function named(field: string, problem: string | undefined): string {
  return problem === undefined ? '' : `${field} ${problem}.`;
}

type Place = {
  readonly bucket: string;
  readonly region: string;
  readonly owner?: string;
  readonly prefixes: readonly string[];
};

function accessOf(connector: string, { prefixes, ...place }: Place): Access {
  if (connector === 'source') return sourceAccess({ ...place, prefixes });
  const writing = { ...place, prefix: prefixes[0] ?? '', headers: headersTyped() };
  const access = connector === 'batch' ? batchAccess(writing) : streamingAccess(writing);
  return isChecked('append-only') ? appendOnly(access) : access;
}

function headersTyped(): WriteHeaders {
  const kmsKeyId = typed('key');
  return {
    ...(typed('acl') === 'none' ? {} : { acl: 'bucket-owner-full-control' }),
    encryption: kmsKeyId === '' ? { mode: 'bucket_default' } : { mode: 'sse_kms', kmsKeyId },
  };
}

function policyFor({ access, principal }: Typed): object | string {
  const needs = needsOf(access);
  const form = isChecked('full') ? 'full' : 'least';
  if (typed('kind') === 'iam') return iamPolicy(needs, form);
  if (principal === undefined) return '';
  if (typed('kind') === 'trust')
    return trustPolicy(typed('external-id') === '' ? {} : { externalId: typed('external-id') }, principal);
  if (typed('kind') === 'bucket') return bucketPolicy(needs, principal, form);
  return keyPolicyStatement(needs, principal) ?? 'Enter a KMS key to get its statement.';
}

/** Where each kind of policy is pasted, in the console of AWS. */
const places: Readonly<Record<string, string>> = {
  bucket:
    'S3 → your bucket → Permissions → Bucket policy → Edit. If there is a policy already, add these statements to it.',
  iam: 'IAM → Users or Roles → the one that the connector uses → Add permissions → Create inline policy → JSON.',
  kms: 'KMS → Customer managed keys → your key → Key policy → Edit. Add the statement to the list "Statement".',
  trust: 'IAM → Roles → the role that the connector assumes → Trust relationships → Edit trust policy.',
};

function show(): void {
  const now = read();
  for (const part of document.querySelectorAll<HTMLElement>('[data-for="writing"]'))
    part.hidden = typed('connector') === 'source';
  element('problems').replaceChildren(...now.problems.map((text) => create('li', text)));
  const policy = now.problems.length > 0 ? '' : policyFor(now);
  element('policy').textContent = typeof policy === 'string' ? policy : JSON.stringify(policy, null, 2);
  element('copied').textContent = '';
  element('where').textContent = `Paste it in the console of AWS: ${places[typed('kind')] ?? ''}`;
  explain(now);
}

function validation({ access, principal, problems }: Typed): Validation | undefined {
  if (typed('pasted') === '' || problems.length > 0) return undefined;
  return validatePolicy(typed('pasted'), { access, ...(principal === undefined ? {} : { principal }) });
}

function explain(now: Typed): void {
  const found = validation(now);
  element('fix').hidden = found === undefined;
  element('correction').hidden = true;
  element('notes').replaceChildren();
  if (found === undefined) element('verdict').replaceChildren();
  else element('verdict').replaceChildren(...explanation(found));
}

function explanation({ findings, judged, isGood }: Validation): readonly HTMLElement[] {
  const head = create(
    'p',
    isGood ? 'The policy allows everything that is needed.' : 'The policy is insufficient.',
    isGood ? 'good' : 'bad',
  );
  const list = document.createElement('ol');
  for (const finding of findings) {
    list.append(create('li', findingText(finding), FINDING_CODES[finding.code] === 'error' ? 'bad' : ''));
  }
  const table = document.createElement('table');
  table.append(row('th', ['Needed action', 'On', 'Verdict']));
  for (const one of judged) table.append(row('td', rowOf(one), one.verdict.result === 'denied' ? 'bad' : ''));
  return judged.length === 0 ? [head, list] : [head, list, table];
}

function row(cell: 'th' | 'td', texts: readonly string[], look = ''): HTMLElement {
  const line = create('tr', '', look);
  line.append(...texts.map((text) => create(cell, text)));
  return line;
}

function create(tag: string, text: string, look = ''): HTMLElement {
  const made = document.createElement(tag);
  made.textContent = text;
  if (look !== '') made.className = look;
  return made;
}

function showFixed(): void {
  const now = read();
  const found = validation(now);
  if (found === undefined) return;
  const { policy, notes } = fixPolicy(found, now.access, now.principal);
  const isJson = found.findings.every(({ code }) => code !== 'JSON_INVALID');
  const fixed = element('fixed');
  element('correction').hidden = false;
  element('copied-fixed').textContent = '';
  const texts = isJson
    ? notes.map((note) => `Check before you use the policy: ${note}.`)
    : ['The pasted text is not JSON. This policy is new and has no statements for others.'];
  element('notes').replaceChildren(...texts.map((text) => create('li', text)));
  fixed.textContent = JSON.stringify(policy, null, 2);
  fixed.focus();
}

/** @param button names the element to copy, and the note after it says how that went. */
async function copy(button: HTMLElement): Promise<void> {
  const copied = element(button.dataset['copies'] ?? '');
  const text = copied.textContent ?? '';
  const isCopied = await navigator.clipboard.writeText(text).then(
    () => true,
    () => false, // A page from the local disk may be refused; the text is selected instead.
  );
  if (!isCopied) getSelection()?.selectAllChildren(copied);
  const note = button.nextElementSibling;
  if (note !== null) note.textContent = isCopied ? 'Copied.' : 'Selected: press Ctrl+C to copy.';
}

element('form').addEventListener('submit', (event) => event.preventDefault());
document.addEventListener('input', show);
for (const button of document.querySelectorAll<HTMLElement>('[data-copies]'))
  button.addEventListener('click', () => void copy(button));
element('fix').addEventListener('click', showFixed);
show();
