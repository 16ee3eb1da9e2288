// A place as an interrupted replacement leaves it: its files, the manifest of the export, and latest.json.
import { newExportId } from '@s3-connectors/common/destination/replacing/export-id.ts';
import { formatLatest, formatManifest, type Intent } from '@s3-connectors/common/destination/replacing/manifest.ts';

import { asOwn, testBucket } from '../../../../support/s3-connection.ts';
import { nameOf, prefix, users, type Setting } from './place.ts';

export const latestJson = `${prefix}_manifests/users/latest.json`;

export function manifestOf(intent: Pick<Intent, 'export'>): string {
  return `${prefix}_manifests/users/${intent.export}.json`;
}

export const keysOf = (marks: readonly number[]) => marks.map((mark) => asOwn(users.folder + nameOf(mark)));

export function seedMarks({ server }: Setting, ...marks: readonly number[]): void {
  for (const mark of marks) server.seed(testBucket, users.folder + nameOf(mark), String(mark));
}

export function intentOf(marks: readonly number[], previous: readonly number[], minute = 0): Intent {
  const files = keysOf(marks).map((key) => ({ key, bytes: 1, crc32: '', rows: 1 }));
  return {
    version: 1,
    export: newExportId(new Date(Date.UTC(2026, 0, 15, 14, minute)), '0'),
    state: 'publishing',
    stream: { name: 'users' },
    folder: users.folder,
    objects: 0,
    rows: 0,
    bytes: 0,
    min_time: null,
    max_time: null,
    schema: {},
    files,
    previous: keysOf(previous),
  };
}

export function seedIntent({ server }: Setting, intent: Intent, body = formatManifest(intent).toString()): void {
  server.seed(testBucket, manifestOf(intent), body);
}

export function seedLatest({ server }: Setting, intent: Intent): void {
  server.seed(testBucket, latestJson, formatLatest({ current: intent, earlier: [], revision: 'r' }).toString());
}
