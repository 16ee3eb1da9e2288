// A place in the test S3 that is replaced: what the tests of the replacement share.
import { newExportId } from '@s3-connectors/common/destination/replacing/export-id.ts';
import type { Area } from '@s3-connectors/common/destination/replacing/manifest-store.ts';
import { stagedKey, type DataPlace } from '@s3-connectors/common/destination/replacing/own-keys.ts';
import type { Replacement } from '@s3-connectors/common/destination/replacing/replacement.ts';
import type { StagedFile } from '@s3-connectors/common/destination/replacing/staging.ts';
import type { S3 } from '@s3-connectors/common/s3/connection/client.ts';
import { putObject, type WriteHeaders } from '@s3-connectors/common/s3/write.ts';
import type { S3TestServer } from '../../../../../tools/s3-server/types.ts';
import type { Clock } from '@s3-connectors/common/streams/clock.ts';
import { connect, testBucket, type TestConnection } from '../../../../support/s3-connection.ts';
import { startS3Server } from '../../../../../tools/s3-server/server.ts';

export const prefix = 'out/';
const extensions = ['.jsonl.gz'];
export const users: DataPlace = { name: 'users', folder: 'out/type=users/', extensions };
const headers: WriteHeaders = { encryption: { mode: 'bucket_default' } };

export type Setting = AsyncDisposable & {
  readonly server: S3TestServer;
  readonly area: Area;
  readonly lines: TestConnection['lines'];
};

/** `retryBudgetMs`: how long temporary failures are retried. `clock`: of both sides; by default each has its own. */
export async function openPlace(retryBudgetMs = 5000, clock?: Clock): Promise<Setting> {
  const server = await startS3Server(clock === undefined ? {} : { clock: () => new Date(clock.wall()) });
  server.createBucket(testBucket);
  const connection = connect(server.endpoint, { retryBudgetMs, ...(clock === undefined ? {} : { clock }) });
  return {
    server,
    area: areaOf(connection.s3),
    lines: connection.lines,
    async [Symbol.asyncDispose]() {
      await connection[Symbol.asyncDispose]();
      await server.close();
    },
  };
}

export function areaOf(s3: S3): Area {
  return { s3, prefix, headers, maxDocumentBytes: 16 * 1024 * 1024 };
}

/** A name in the form of file names, distinguished by the number `mark`. */
export function nameOf(mark: number): string {
  return `1700000000000-${mark.toString(16).padStart(16, '0')}-0.jsonl.gz`;
}

/** Stages a file for each mark, of ten rows, whose body is the mark. */
export async function stage(area: Area, marks: readonly number[], place = users): Promise<Replacement> {
  const exportId = newExportId(new Date(), '0');
  const files: StagedFile[] = [];
  for (const mark of marks) {
    const key = place.folder + nameOf(mark);
    const object = {
      key: stagedKey(prefix, exportId, key),
      body: Buffer.from(String(mark)),
      contentType: 'text/plain',
    };
    const written = await putObject(area.s3, object, area.headers);
    files.push({
      ...written,
      key,
      rows: 10,
      minTime: Date.UTC(2026, 0, mark + 1),
      maxTime: Date.UTC(2026, 0, mark + 2),
    });
  }
  return { place, exportId, stream: { name: place.name }, files, schema: {} };
}

/** The marks of the files in a folder. */
export function marksIn({ server }: Pick<Setting, 'server'>, folder = users.folder): readonly number[] {
  return server.objects(testBucket, folder).map(({ body }) => Number(body.toString()));
}

/** Keys, below the prefix. */
export function keysBelow({ server }: Pick<Setting, 'server'>, folder: string): readonly string[] {
  return server.objects(testBucket, prefix + folder).map(({ key }) => key.slice(prefix.length));
}
