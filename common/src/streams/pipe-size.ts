// Makes pipes hold more than the 64 KiB they begin with, so that writer and reader work at the same time instead of in turn.
import { spawn } from 'node:child_process';
import { once } from 'node:events';

/** What Linux lets any process have (/proc/sys/fs/pipe-max-size). */
export const wideBytes = 1024 * 1024;

/** Descriptors of this process. */
export const standard = { input: 0, output: 1 } as const;

/**
 * Best effort, on Linux, for whatever of `pipes` (paths, or descriptors of this process) is a pipe: Node has no fcntl, so that it is
 * asked of Perl, which Debian's smallest images have (`perl-base`). Without it everything works, with more turns between the processes.
 */
export async function widenPipes(pipes: readonly (string | number)[]): Promise<void> {
  if (process.platform !== 'linux') return;
  const setPipeSize = 1031; // F_SETPIPE_SZ of <linux/fcntl.h>.
  const program = `for (@ARGV) { fcntl(F, ${setPipeSize}, ${wideBytes}) if -p $_ && open(F, "+<", $_) }`;
  // Never as its standard streams: those a new process makes wait, and with them ours, which are the same.
  const streams: ('ignore' | number)[] = ['ignore', 'ignore', 'ignore'];
  const paths = pipes.map((pipe) => (typeof pipe === 'string' ? pipe : `/proc/self/fd/${streams.push(pipe) - 1}`));
  const child = spawn('perl', ['-e', program, ...paths], { stdio: streams });
  await once(child, 'close').catch(() => undefined); // No Perl.
}
