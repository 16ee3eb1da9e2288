// Lines that are messages of the protocol with hostile content: what each is, and its fate. docs/reference/limits.md has the same
// list for people.
import { recordLine } from '../destination-input.ts';

export type HostileKind = {
  /** The subject of a sentence. */
  readonly what: string;
  /** `stored`: a row like any other. Otherwise the reason below `_rejected/`. */
  readonly fate: 'stored' | 'not_an_object' | 'not_utf8' | 'unknown_stream';
  /** `size`: of its large part; `marker`: a text that identifies the record. */
  line(stream: string, marker: string, size: number): string | Buffer;
};

export const emittedAt = 1_768_487_400_000;

/** JSON text of members, in addition to the marker, by what they are. */
const members: Readonly<Record<string, (size: number) => string>> = {
  'lists nested deeply in a new field': (size) => `"x":${nested('[', '1', ']', size)}`,
  'empty lists nested deeply below a name that is no field': (size) => `"a__json":${nested('[', '', ']', size)}`,
  'objects nested deeply': (size) => `"x":${nested('{"a":', '1', '}', size)}`,
  'an object nested deeply in a text': (size) => `"name":${nested('{"a":', '{}', '}', size)}`,
  'lists nested deeply in a list of texts': (size) => `"tags":${nested('[', '1', ']', size)}`,
  'numbers that no type has': (size) => `"n":1e400,"real":-0,"whole":${'9'.repeat(size)},"small":1e-999999`,
  'the zero character': () => '"name":"a\\u0000b","a\\u0000":1',
  'halves of surrogate pairs': () => '"name":"\\ud800","\\udc00":"\\udfff"',
  'names of an object’s own properties': () =>
    '"__proto__":{"a":1},"constructor":5,"toString":"x","hasOwnProperty":[1]',
  'an empty name': () => '"":1,"extra":""',
  'a member named many times': (size) => `${'"n":"x",'.repeat(size)}"n":[[]]`,
  'a very long name': (size) => `"${'k'.repeat(10 * size)}":1`,
  'a long name in escapes': (size) => `"${'\\u0001'.repeat(size)}":1`,
  'very many names': (size) => Array.from({ length: size }, (_, index) => `"k${index}":${index}`).join(','),
  'very many names in an object': (size) =>
    `"extra":{${Array.from({ length: size }, (_, index) => `"k${index}":[]`).join(',')}}`,
  'a very long text': (size) => `"name":"${'x'.repeat(10 * size)}"`,
  'a very long list of another kind': (size) => `"tags":[${'1,'.repeat(size)}1],"extra":[${'{},'.repeat(size)}{}]`,
  'names that differ in case': () => '"ID":"x","Name":[1],"EXTRA":1,"TAGS":{}',
  'other kinds of values': () => '"id":"x","name":1.5,"n":{},"tags":"x","extra":[["x"]]',
  'no values': () => '"id":null,"name":null,"n":null,"tags":null,"extra":null',
  'names that tables have already': () =>
    '"year":"x","month":1,"day":[],"filename":"f","rowid":1,"json":{},"columns":1',
  'a time out of range': () => '"time":"9999-12-31T23:59:59Z"',
  'a time before all': () => '"time":-1e300',
  'a time that is an object': () => '"time":{"$date":[]}',
};

/** The line of such a record after it was written. `more`: in its `record`. */
const envelopes: Readonly<Record<string, (line: string) => string>> = {
  'an emitted_at below zero': (line) => line.replace(/\d+\}\}\n$/u, '-5}}\n'),
  'an emitted_at without end': (line) => line.replace(/\d+\}\}\n$/u, `${'9'.repeat(5000)}}}\n`),
  'an emitted_at beyond all numbers': (line) => line.replace(/\d+\}\}\n$/u, '1e400}}\n'),
  'an emitted_at that is a text': (line) => line.replace(/\d+\}\}\n$/u, '"now"}}\n'),
  'an emitted_at that is an object': (line) => line.replace(/\d+\}\}\n$/u, '{"a":[]}}}\n'),
  'a namespace that is an object': (line) => line.replace('"data":', '"namespace":{"a":1},"data":'),
  'members of the envelope that nobody knows': (line) =>
    line.replace('"data":', '"meta":{"changes":[7]},"x":[],"data":'),
};

export const hostileKinds: readonly HostileKind[] = [
  ...Object.entries(members).map(([what, text]): HostileKind => ({
    what: `a record with ${what}`,
    fate: 'stored',
    line: (stream, marker, size) => recordLine(stream, `{"marker":"${marker}",${text(size)}}`, emittedAt),
  })),
  ...Object.entries(envelopes).map(([what, changed]): HostileKind => ({
    what: `a record with ${what}`,
    fate: 'stored',
    line: (stream, marker) => changed(recordLine(stream, `{"marker":"${marker}"}`, emittedAt)),
  })),
  ...['[%]', '%', '[[%]]'].map((data): HostileKind => ({
    what: `a record whose data is ${data.replace('%', 'a text')}`,
    fate: 'not_an_object',
    line: (stream, marker) => recordLine(stream, data.replace('%', `"${marker}"`), emittedAt),
  })),
  {
    what: 'a record with bytes that are not UTF-8 in a value',
    fate: 'not_utf8',
    line: (stream, marker) => notUtf8(recordLine(stream, `{"marker":"${marker}","name":"~"}`, emittedAt)),
  },
  {
    what: 'a record with bytes that are not UTF-8 in a name',
    fate: 'not_utf8',
    line: (stream, marker) => notUtf8(recordLine(stream, `{"marker":"${marker}","na~me":1}`, emittedAt)),
  },
  {
    what: 'a record of a stream that is not in the catalog',
    fate: 'unknown_stream',
    line: (stream, marker, size) => recordLine(`${stream}${'o'.repeat(size)}`, `{"marker":"${marker}"}`, emittedAt),
  },
  {
    what: 'a record of a namespace that is not in the catalog',
    fate: 'unknown_stream',
    line: (stream, marker) =>
      recordLine(stream, `{"marker":"${marker}"}`, emittedAt).replace('"data":', '"namespace":"elsewhere","data":'),
  },
];

/** Messages other than records: nothing is stored for them. */
export const hostileMessages: readonly (readonly [what: string, line: string])[] = [
  ['a message of an unknown type', '{"type":"SOMETHING_NEW","x":[1]}\n'],
  ['a message whose type is very long', `{"type":"${'T'.repeat(100_000)}"}\n`],
  ['a TRACE that is nested deeply', `{"type":"TRACE","trace":${nested('{"a":', '1', '}', 100_000)}}\n`],
  ['a LOG without anything', '{"type":"LOG"}\n'],
];

function nested(open: string, core: string, close: string, depth: number): string {
  return open.repeat(depth) + core + close.repeat(depth);
}

/** `~` in the text becomes a byte that is not UTF-8. */
function notUtf8(text: string): Buffer {
  return Buffer.from(text.replaceAll('~', '\xff'), 'latin1');
}
