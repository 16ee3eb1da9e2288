// `check` as a rehearsal: a connector tries the steps of a sync. Each step is one line of a table with the step, the permission,
// the resource, the answer and the remedy. A missing permission does not end the rehearsal, so one run names all of them.
import { ConnectorError } from '../protocol/errors.ts';
import type { Log } from '../protocol/log.ts';
import type { Need } from './needs/needs.ts';

type Outcome =
  | { readonly state: 'ok' }
  | { readonly state: 'refused'; readonly error: ConnectorError }
  /** No sync fails because of it. */
  | { readonly state: 'advice'; readonly text: string }
  | { readonly state: 'not tried'; readonly text: string };

export type Line = {
  readonly step: string;
  readonly need: { readonly action: string; readonly resource: string; readonly when: Need['when'] };
  readonly outcome: Outcome;
};

/** Someone waits for the answer. */
export const rehearsalPatience = { retryBudgetMs: 20_000, idleTimeoutMs: 10_000 };

const permissionCodes: ReadonlySet<string> = new Set(['S3_ACCESS_DENIED', 'S3_KMS_DENIED']);

export class Rehearsal {
  readonly #lines: Line[] = [];
  readonly #signal: AbortSignal;
  #isOver = false;

  constructor(signal: AbortSignal) {
    this.#signal = signal;
  }

  /** A step failed for a reason other than a permission, so further steps show nothing. */
  get isOver(): boolean {
    return this.#isOver;
  }

  get lines(): readonly Line[] {
    return this.#lines;
  }

  note(step: string, need: Line['need'], outcome: Outcome): void {
    this.#lines.push({ step, need, outcome });
  }

  /**
   * Runs a step that requires all of `needs`, in the order in which S3 checks them. After a failure for a reason other than a
   * permission, later steps run only with `always`. @returns undefined if the step failed.
   */
  async try<T>(
    step: string,
    needs: readonly Line['need'][],
    run: () => Promise<T>,
    { always = false }: { readonly always?: boolean } = {},
  ): Promise<T | undefined> {
    if (this.#isOver && !always) {
      this.skip(step, needs, 'an earlier step failed');
      return undefined;
    }
    try {
      const result = await run();
      for (const need of needs) this.note(step, need, { state: 'ok' });
      return result;
    } catch (error) {
      this.#signal.throwIfAborted();
      if (!(error instanceof ConnectorError)) throw error;
      this.refuse(step, needs, error);
      return undefined;
    }
  }

  /** If S3 does not name the denied action: it checks the key last, and the other actions in their order. */
  refuse(step: string, needs: readonly Line['need'][], error: ConnectorError): void {
    if (!permissionCodes.has(error.code)) this.#isOver = true;
    const named = needs.findIndex(({ action }) => action === error.answer?.deniedAction);
    const onKey = error.code === 'S3_KMS_DENIED';
    const passed = needs.filter(({ action }, index) => (onKey ? !action.startsWith('kms:') : index < named));
    const [first, ...rest] = needs.filter((need) => !passed.includes(need));
    for (const need of passed) this.note(step, need, { state: 'ok' });
    // A bucket may encrypt with a key that the config does not name.
    const unnamed = {
      action: 'kms:Decrypt',
      resource: 'the key of the bucket',
      when: needs[0]?.when ?? 'always',
    } as const;
    this.note(step, first ?? unnamed, { state: 'refused', error });
    this.skip(step, rest, 'an earlier permission is missing');
  }

  skip(step: string, needs: readonly Line['need'][], text: string): void {
    for (const need of needs) this.note(step, need, { state: 'not tried', text });
  }

  /** Logs the table. @throws ConnectorError that names everything that every sync needs and does not have. */
  conclude(log: Log): void {
    const failure = verdict(this.#lines);
    const level = failure === undefined ? 'INFO' : 'ERROR';
    log(level, 'Rehearsal of a sync:');
    for (const line of table(this.#lines)) log(level, line);
    for (const text of warnings(this.#lines)) log('WARN', text);
    if (failure !== undefined) throw failure;
  }
}

/** Numbered: step — IAM action — resource — outcome — AWS's code — remedy. */
function table(lines: readonly Line[]): readonly string[] {
  return lines.map(({ step, need, outcome }, index) => {
    const parts = [step, need.action, need.resource, ...outcomeParts(outcome)];
    return `${index + 1}. ${parts.join(' — ')}`;
  });
}

function outcomeParts(outcome: Outcome): readonly string[] {
  switch (outcome.state) {
    case 'refused': {
      const { code, answer, message } = outcome.error;
      return [permissionCodes.has(code) ? 'denied' : 'failed', answer?.code ?? code, message];
    }
    case 'ok':
      return ['ok'];
    default:
      return [outcome.state, outcome.text];
  }
}

const policyHint = 'The verb "policy" prints a policy that allows everything a sync needs.';

const replacingHint = ` ${policyHint} If you only append, you need none of these permissions (--append-only).`;

/** The failures that stop every sync, in one message that fits a text box. Undefined without a failure. */
function verdict(lines: readonly Line[]): ConnectorError | undefined {
  const errors = errorsOf(lines, ({ need }) => need.when === 'always');
  const [first, ...others] = errors;
  if (first === undefined) return undefined;
  const { code, details, answer } = first;
  const hint = code === 'S3_ACCESS_DENIED' ? ` ${policyHint}` : '';
  const message = others.length === 0 ? first.message : `${errors.length} steps of a sync failed. ${numbered(errors)}`;
  return new ConnectorError(code, `${message}${hint}`, { details, answer });
}

/** Failures that stop only some syncs, and advice. */
function warnings(lines: readonly Line[]): readonly string[] {
  const errors = errorsOf(lines, ({ need }) => need.when === 'replacing');
  const replacing =
    errors.length === 0
      ? []
      : [
          `Replaced streams (overwrite) would fail; appended streams work. ${numbered(errors)}${errors.some(({ code }) => permissionCodes.has(code)) ? replacingHint : ''}`,
        ];
  const advice = lines.flatMap(({ outcome }) => (outcome.state === 'advice' ? [outcome.text] : []));
  return [...replacing, ...advice];
}

/** Each error once: one answer may settle several lines. */
function errorsOf(lines: readonly Line[], isMeant: (line: Line) => boolean): readonly ConnectorError[] {
  const errors = lines.filter(isMeant).flatMap(({ outcome }) => (outcome.state === 'refused' ? [outcome.error] : []));
  return [...new Map(errors.map((error) => [error.message, error])).values()];
}

function numbered(errors: readonly ConnectorError[]): string {
  return errors.map(({ message }, index) => (errors.length === 1 ? message : `(${index + 1}) ${message}`)).join(' ');
}
