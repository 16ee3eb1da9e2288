// JSON text as it is stored: halves of surrogate pairs are U+FFFD.

const escape = /\\(?:u[dD][89abAB][\da-fA-F]{2}\\u[dD][c-fC-F][\da-fA-F]{2}|u[\da-fA-F]{4}|.)/gu;

export function withoutHalves(json: string): string {
  return json.replaceAll(escape, (unit) => (/^\\u[dD][89a-fA-F]..$/u.test(unit) ? '\\ufffd' : unit));
}
