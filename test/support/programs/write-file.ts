// Writes so many bytes to a new file, at a position or at its start, and prints `written` or the code of what failed.
//   node write-file.ts PATH BYTES [POSITION]
import { LocalFile } from '@s3-connectors/common/local-disk/local-file.ts';

const [path = '', bytes, position] = process.argv.slice(2);
try {
  await using file = await LocalFile.open(path, 'new');
  await file.write(Buffer.alloc(Number(bytes), 'x'), position === undefined ? undefined : Number(position));
  process.stdout.write('written');
} catch (error) {
  process.stdout.write(error instanceof Error && 'code' in error ? String(error.code) : String(error));
}
