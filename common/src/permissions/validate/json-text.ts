// Parses JSON that people paste: its value, and the place of each part. A fault has a line, a column and a remedy. It also
// reports duplicate keys of an object, of which JSON silently keeps the last.
import { parseJson } from '../../json/parse-json.ts';
import type { JsonValue } from '../../protocol/messages.ts';

/** From 1. */
export type TextPlace = { readonly line: number; readonly column: number };
export type Path = readonly (string | number)[];

export class JsonFault extends Error {
  override readonly name = 'JsonFault';
  readonly place: TextPlace;

  constructor(message: string, place: TextPlace) {
    super(message);
    this.place = place;
  }
}

export type JsonText = {
  readonly value: JsonValue;
  /** The place of the value at this path. For a missing value, the place of the value that lacks it. */
  readonly placeOf: (path: Path) => TextPlace;
  readonly twice: readonly { readonly key: string; readonly place: TextPlace }[];
};

/** @throws JsonFault for the first fault. */
export function parseJsonText(text: string): JsonText {
  const reader = new Reader(text);
  const value = reader.document();
  return {
    value,
    twice: reader.twice.map(({ key, at }) => ({ key, place: placeAt(text, at) })),
    placeOf(path) {
      for (let depth = path.length; depth >= 0; depth -= 1) {
        const at = reader.starts.get(nameOf(path.slice(0, depth)));
        if (at !== undefined) return placeAt(text, at);
      }
      return { line: 1, column: 1 };
    },
  };
}

function nameOf(path: Path): string {
  return JSON.stringify(path);
}

function placeAt(text: string, at: number): TextPlace {
  const before = text.slice(0, at).split('\n');
  return { line: before.length, column: (before.at(-1) ?? '').length + 1 };
}

const space = /[ \t\r\n]*/uy;
const string = /"(?:[^"\\\r\n]|\\.)*"/uy;
const number = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/uy;
const word = /true|false|null/uy;

class Reader {
  readonly starts = new Map<string, number>();
  readonly twice: { readonly key: string; readonly at: number }[] = [];
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
    if (text.startsWith('\uFEFF')) this.#at = 1;
  }

  document(): JsonValue {
    const value = this.#value([]);
    this.#skip();
    if (this.#at < this.#text.length)
      throw this.#fault('the policy ends here, but more text follows: remove that text, or an extra bracket');
    return value;
  }

  #value(path: Path): JsonValue {
    this.#skip();
    this.starts.set(nameOf(path), this.#at);
    const next = this.#text[this.#at];
    if (next === '{') return this.#object(path);
    if (next === '[') return this.#array(path);
    const literal = this.#take(string) ?? this.#take(number) ?? this.#take(word);
    if (literal === undefined) throw this.#fault(this.#whatStandsThere('a value'));
    return this.#parse(literal) as JsonValue;
  }

  #object(path: Path): JsonValue {
    const members = new Map<string, JsonValue>();
    this.#each('}', () => {
      this.#skip();
      const at = this.#at;
      const literal = this.#take(string);
      if (literal === undefined) throw this.#fault(this.#whatStandsThere('a name in double quotes'));
      const key = this.#parse(literal) as string;
      if (members.has(key)) this.twice.push({ key, at });
      this.#skip();
      if (this.#text[this.#at] !== ':') throw this.#fault(`a colon is missing after "${key}": add it`);
      this.#at += 1;
      members.set(key, this.#value([...path, key]));
    });
    return Object.fromEntries(members);
  }

  #array(path: Path): JsonValue {
    const items: JsonValue[] = [];
    this.#each(']', () => items.push(this.#value([...path, items.length])));
    return items;
  }

  /** Reads what is in the bracket here, up to `end`. */
  #each(end: string, read: () => void): void {
    this.#at += 1;
    if (this.#closes(end)) return;
    for (;;) {
      read();
      if (this.#closes(end)) return;
      this.#comma(end);
    }
  }

  #comma(end: string): void {
    this.#skip();
    if (this.#text[this.#at] !== ',') {
      throw this.#fault(
        this.#at < this.#text.length
          ? `a comma or "${end}" is missing: add it`
          : `the text ends before "${end}": add it`,
      );
    }
    const comma = this.#at;
    this.#at += 1;
    this.#skip();
    if (this.#text[this.#at] !== end) return;
    this.#at = comma;
    throw this.#fault(`the comma before "${end}" is not allowed: remove it`);
  }

  #closes(end: string): boolean {
    this.#skip();
    if (this.#text[this.#at] !== end) return false;
    this.#at += 1;
    return true;
  }

  #whatStandsThere(wanted: string): string {
    const rest = this.#text.slice(this.#at);
    if (rest === '') return `the text ends before ${wanted}: add it`;
    if (/^"[^"]*$/u.test(rest.split('\n')[0] ?? ''))
      return 'the double quote at the end of this text is missing: add it';
    if (/^['‘’“”„]/u.test(rest)) return `${wanted} is missing: write straight double quotes (")`;
    if (/^(\/\/|\/\*|#)/u.test(rest)) return 'JSON does not allow comments: remove this one';
    return `${wanted} is missing before "${rest.slice(0, 1)}": add it`;
  }

  #parse(literal: string): unknown {
    try {
      return parseJson(literal);
    } catch {
      this.#at -= literal.length;
      throw this.#fault(
        'this text has a backslash or a control character that JSON does not allow: remove or escape it',
      );
    }
  }

  #skip(): void {
    this.#take(space);
  }

  #take(form: RegExp): string | undefined {
    form.lastIndex = this.#at;
    const found = form.exec(this.#text)?.[0];
    if (found !== undefined) this.#at += found.length;
    return found;
  }

  #fault(message: string): JsonFault {
    return new JsonFault(message, placeAt(this.#text, this.#at));
  }
}
