// Makes pipes hold more than the 64 KiB they begin with, so that writer and reader work at the same time instead of in turn.
import { spawn } from 'node:child_process';
import { once } from 'node:events';

/** What Linux lets any process have (/proc/sys/fs/pipe-max-size). */
export const wideBytes = 1024 * 1024;

/** This process's standard input and output, as `widenPipes` takes them. */
export const standardInputPath = '/proc/self/fd/0';
export const standardOutput = '/proc/self/fd/1';

/**
 * Best effort, on Linux, for whatever of `paths` is a pipe: Node has no fcntl, so that it is asked of Perl, which Debian's
 * smallest images have (`perl-base`). Without it everything works, with more turns between the processes.
 */
export async function widenPipes(paths: readonly string[]): Promise<void> {
  if (process.platform !== 'linux') return;
  const setPipeSize = 1031; // F_SETPIPE_SZ of <linux/fcntl.h>.
  const program = `for (@ARGV) { fcntl(F, ${setPipeSize}, ${wideBytes}) if -p $_ && open(F, "+<", $_) }`;
  const child = spawn('perl', ['-e', program, ...paths], { stdio: ['inherit', 'inherit', 'ignore'] });
  await once(child, 'close').catch(() => undefined); // No Perl.
}
