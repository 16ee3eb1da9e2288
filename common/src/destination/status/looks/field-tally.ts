// The fields and event types in the rows of sampled files, and those that appear or disappear. Only names: no value is kept
// except the name of an event, because it is the name of its table. Pure.
import { parseJson } from '../../../json/parse-json.ts';
import { isObject, type JsonObject } from '../../../protocol/messages.ts';

const mostNames = 2000;
const longestName = 120;
/** The chance that a name is on one side only by accident. */
const chance = 0.01;
const eventForm = /^[A-Za-z][A-Za-z0-9_]{0,63}$/u;

/** Rows in which a name occurs. Bound: `mostNames` names of fields and as many of events. */
export class FieldTally {
  rows = 0;
  files = 0;
  /** Lines that are not JSON objects. */
  misread = 0;
  readonly fields = new Map<string, number>();
  readonly events = new Map<string, number>();

  see(lines: readonly string[], { hasEvents }: { readonly hasEvents: boolean }): void {
    this.files += 1;
    for (const line of lines) {
      const row = objectOf(line);
      if (row === undefined) {
        this.misread += 1;
        continue;
      }
      this.rows += 1;
      for (const name of namesOf(row)) count(this.fields, name);
      const event = hasEvents ? row['event_name'] : undefined;
      if (typeof event === 'string' && eventForm.test(event)) count(this.events, `${event.toLowerCase()}_events`);
    }
  }
}

function objectOf(line: string): JsonObject | undefined {
  try {
    const value: unknown = parseJson(line);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Fields that are not null. Those of objects are named like `properties.url`. */
function* namesOf(row: JsonObject): Generator<string> {
  for (const [name, value] of Object.entries(row)) {
    if (value === null) continue;
    yield name;
    if (!isObject(value)) continue;
    for (const [inner, innerValue] of Object.entries(value)) if (innerValue !== null) yield `${name}.${inner}`;
  }
}

function count(counts: Map<string, number>, name: string): void {
  const shown = name.length > longestName ? `${name.slice(0, longestName)}…` : name;
  const before = counts.get(shown);
  if (before !== undefined || counts.size < mostNames) counts.set(shown, (before ?? 0) + 1);
}

type Side = { readonly rows: number; readonly counts: ReadonlyMap<string, number> };

/**
 * Names that `one` has and `other` lacks, the most frequent first, if the chance that `other` lacks them by accident is below 1
 * %.
 */
export function absentFrom(other: Side, one: Side): readonly string[] {
  const isCut = other.counts.size >= mostNames;
  if (isCut || one.rows === 0) return [];
  return [...one.counts]
    .filter(([name, rows]) => !other.counts.has(name) && (1 - rows / one.rows) ** other.rows < chance)
    .sort(([, a], [, b]) => b - a)
    .map(([name]) => name);
}
