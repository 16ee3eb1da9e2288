// Makes texts for people safe to print. Keys, folder names, column names and server messages come from outside. They must not
// move a terminal's cursor, begin a new line, or change the direction of the text that follows.

/** Control characters (C0, DEL, C1), invisible format characters (bidi overrides among them), line separators, half surrogate pairs. */
const unprintable = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;
const unprintableInLine = /[^\P{Cc}\n]|[\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;

/** The text in one line. Each unprintable character becomes its code point, such as `\u{1b}`. */
export function oneLine(text: string): string {
  return text.replace(unprintable, written);
}

/** The same for a text of several lines. The caller has passed each name through `oneLine`. */
export function plainLines(text: string): string {
  return text.replace(unprintableInLine, written);
}

export function isPrintable(name: string): boolean {
  return oneLine(name) === name;
}

/** Escapes each such character in JSON, so that the value stays the same. `json` comes from JSON.stringify. */
export function plainJson(json: string): string {
  return json.replace(unprintableInLine, (one) => {
    const units = Array.from({ length: one.length }, (_, index) => one.charCodeAt(index));
    return units.map((unit) => `\\u${unit.toString(16).padStart(4, '0')}`).join('');
  });
}

function written(one: string): string {
  return `\\u{${one.codePointAt(0)?.toString(16)}}`;
}
