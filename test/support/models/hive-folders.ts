// How a reader of Hive tables reads the folders in a key, written from Hive's FileUtils.unescapePathName and not from our code.

/** The values by name. Null for Hive's name of it. */
export function hiveValues(key: string): ReadonlyMap<string, string | null> {
  const folders = key.split('/').slice(0, -1);
  return new Map(
    folders
      .filter((folder) => folder.includes('='))
      .map((folder) => {
        const at = folder.indexOf('=');
        const value = folder.slice(at + 1);
        return [unescaped(folder.slice(0, at)), value === '__HIVE_DEFAULT_PARTITION__' ? null : unescaped(value)];
      }),
  );
}

function unescaped(text: string): string {
  return text.replaceAll(/%([0-9A-Fa-f]{2})/gu, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)));
}

/**
 * A value as a reader finds it: in its folder, or in the JSON text of the sibling if the folder is null. `text`: that of the
 * folder, whose type a reader guesses or knows.
 */
export function meantBy(folder: string | null, beside: unknown): unknown {
  if (folder !== null) return { text: folder };
  return typeof beside === 'string' ? (JSON.parse(beside) as unknown) : null;
}

/** The same for the sent value: numbers are compared as numbers. */
export function isMeant(found: unknown, sent: unknown): boolean {
  if (typeof found === 'object' && found !== null && 'text' in found && sent !== null && typeof sent !== 'object') {
    const text = String(found.text);
    return typeof sent === 'number' ? Object.is(Number(text) + 0, sent + 0) : text === `${sent as string | boolean}`;
  }
  return JSON.stringify(found) === JSON.stringify(sent ?? null);
}
