// Takes all rows out of a spool, as a publish at the end of the input does.
import type { SpoolFile } from '../../../destination-s3-batch/src/spool/spool-file.ts';
import type { Spool } from '../../../destination-s3-batch/src/spool/spool.ts';

const mostStreams = 64;

/** All segments of streams 0 to 63, on disk. */
export async function takeAll(spool: Spool): Promise<readonly SpoolFile[]> {
  for (let stream = 0; stream < mostStreams; stream += 1) spool.cut(stream);
  return await spool.flush();
}
