// An independent CSV reader for the tests: all text at once, character by character, the simplest way to write one.

/** Records of well-formed text with `,` and `"`. Blank lines are ignored. */
export function simpleCsv(text: string): readonly (readonly string[])[] {
  const records: string[][] = [];
  let record: string[] = [];
  let field = '';
  let isQuoted = false;
  let isBlank = true;
  const characters = `${text}\n`;
  for (let at = 0; at < characters.length; at++) {
    const character = characters[at] ?? '';
    if (isQuoted) {
      if (character !== '"') field += character;
      else if (characters[at + 1] === '"') field += characters[++at] ?? '';
      else isQuoted = false;
    } else if (character === '"' && field === '') {
      isQuoted = true;
      isBlank = false;
    } else if (character === ',' || character === '\n' || character === '\r') {
      record.push(field);
      field = '';
      isBlank &&= character !== ',';
      if (character === ',') continue;
      if (!isBlank) records.push(record);
      record = [];
      isBlank = true;
    } else {
      field += character;
      isBlank = false;
    }
  }
  return records;
}
