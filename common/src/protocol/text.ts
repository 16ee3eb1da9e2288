// Texts for people. Names of keys, folders and columns and what servers say come from outside: nothing in them may move a
// terminal's cursor, begin a line of its own, or turn the direction of what follows.

/** Control characters (C0, DEL, C1), invisible format characters (bidi overrides among them), line separators, half surrogate pairs. */
const unprintable = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;
const unprintableInLine = /[^\P{Cc}\n]|[\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;

/** The text in one line: each character that is not shown as itself becomes its number, as `\u{1b}`. */
export function oneLine(text: string): string {
  return text.replace(unprintable, written);
}

/** The same for a text of several lines, whose names went through `oneLine` when they were put in. */
export function plainLines(text: string): string {
  return text.replace(unprintableInLine, written);
}

export function isPrintable(name: string): boolean {
  return oneLine(name) === name;
}

/** JSON with every such character as JSON's own escape: the value stays the same. `json` was made by JSON.stringify. */
export function plainJson(json: string): string {
  return json.replace(unprintableInLine, (one) => {
    const units = Array.from({ length: one.length }, (_, index) => one.charCodeAt(index));
    return units.map((unit) => `\\u${unit.toString(16).padStart(4, '0')}`).join('');
  });
}

function written(one: string): string {
  return `\\u{${one.codePointAt(0)?.toString(16)}}`;
}
