// The names of the rows in files of the batch destination, in any format: a row is recognised by its `name` or `event_id`.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';

import { parseJson } from '@s3-connectors/common/json/parse-json.ts';

import { rowsOf } from './parquet.ts';
import type { StoredObject } from '../../tools/s3-server/types.ts';

/** Equal files are read once. Bound: the content of the files of one test file. */
const known = new Map<string, Promise<readonly string[]>>();

/** Sorted. */
export async function rowNames(objects: readonly StoredObject[]): Promise<readonly string[]> {
  const names = await Promise.all(
    objects.map(({ key, etag, body }) => {
      const read =
        known.get(etag) ?? (key.endsWith('.parquet') ? namesInParquet(body) : Promise.resolve(namesInJson(body)));
      known.set(etag, read);
      return read;
    }),
  );
  return names.flat().sort();
}

function namesInJson(body: Buffer): readonly string[] {
  return gunzipSync(body)
    .toString()
    .split('\n')
    .slice(0, -1)
    .map((row) => nameOf(parseJson(row) as Readonly<Record<string, unknown>>));
}

async function namesInParquet(body: Buffer): Promise<readonly string[]> {
  const folder = await mkdtemp(join(tmpdir(), 's3-connectors-names-'));
  try {
    const path = join(folder, 'file.parquet');
    await writeFile(path, body);
    return (await rowsOf(`SELECT COLUMNS('^(name|event_id)$') FROM read_parquet('${path}')`)).map(nameOf);
  } finally {
    await rm(folder, { recursive: true });
  }
}

function nameOf({ name, event_id }: Readonly<Record<string, unknown>>): string {
  return String(name ?? event_id);
}
