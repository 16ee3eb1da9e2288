// Uploads files from local disk to S3: one PutObject each, several at once.
import { countText } from '@s3-connectors/common/program/text-layout.ts';
import type { Area } from '@s3-connectors/common/destination/replacing/manifest-store.ts';
import { putObject, type WrittenBody } from '@s3-connectors/common/s3/write.ts';
import { mapConcurrent } from '@s3-connectors/common/streams/map-concurrent.ts';

import type { OutputFile } from '../files/conversions.ts';
import { removeFile } from '../files/converter.ts';

const uploadsAtOnce = 8;

/** `keyFor`: the final or staged key of a file. Each file is removed from local disk once it is in S3. */
export async function* upload(
  { s3, headers }: Area,
  files: Iterable<OutputFile> | AsyncIterable<OutputFile>,
  keyFor: (file: OutputFile) => string,
  signal: AbortSignal,
): AsyncGenerator<OutputFile & WrittenBody> {
  yield* mapConcurrent(
    files,
    uploadsAtOnce,
    async (file, linked) => {
      const contentType = file.key.endsWith('.parquet') ? 'application/vnd.apache.parquet' : 'application/gzip';
      const key = keyFor(file);
      const written = await putObject(s3, { key, body: { path: file.path }, contentType }, headers, linked);
      await removeFile(file);
      s3.log('DEBUG', `Stored ${key}: ${countText(file.rows, 'row')}, ${written.size} bytes.`);
      return { ...file, ...written };
    },
    signal,
  );
}
