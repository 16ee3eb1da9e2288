// Makes pipes hold more than their initial 64 KiB, so that writer and reader work at the same time instead of in turn.
import { spawn } from 'node:child_process';
import { once } from 'node:events';

/** The limit of Linux for unprivileged processes (/proc/sys/fs/pipe-max-size). */
export const wideBytes = 1024 * 1024;

/** Descriptors of this process. */
export const standard = { input: 0, output: 1 } as const;

/**
 * Best effort on Linux, for each of `pipes` (paths, or descriptors of this process) that is a pipe. Node has no fcntl, so Perl does
 * it, which Debian's smallest images include (`perl-base`). Without Perl everything works, with more switches between processes.
 */
export async function widenPipes(pipes: readonly (string | number)[]): Promise<void> {
  if (process.platform !== 'linux') return;
  const setPipeSize = 1031; // F_SETPIPE_SZ of <linux/fcntl.h>.
  const program = `for (@ARGV) { fcntl(F, ${setPipeSize}, ${wideBytes}) if -p $_ && open(F, "+<", $_) }`;
  // Not as its standard streams: a new process makes those blocking, and they are the same as ours.
  const streams: ('ignore' | number)[] = ['ignore', 'ignore', 'ignore'];
  const paths = pipes.map((pipe) => (typeof pipe === 'string' ? pipe : `/proc/self/fd/${streams.push(pipe) - 1}`));
  const child = spawn('perl', ['-e', program, ...paths], { stdio: streams });
  await once(child, 'close').catch(() => undefined); // No Perl.
}
