// The memory and the CPU time of a process of others, looked at from outside while it runs. Only on Linux.
import { readFileSync } from 'node:fs';

import type { Usage } from './process.ts';

const everyMs = 20;
/** Of the kernel's times, on all platforms that Node runs on. */
const ticksPerSecond = 100;

/** @returns a function that ends the watching: the last figures, or none if there were none to see. */
export function watchProcess(name: string, pid: number | undefined): () => Usage | undefined {
  let last: Usage | undefined;
  const look = (): void => {
    try {
      last = { name, ...lookAt(pid ?? 0), longestStallMs: 0 };
    } catch {
      // It has ended, or there are no such files.
    }
  };
  const timer = setInterval(look, everyMs);
  return () => {
    clearInterval(timer);
    return last;
  };
}

/** The kernel keeps the peak itself, so that nothing is missed between two looks. The CPU time includes that of ended children. */
function lookAt(pid: number): Pick<Usage, 'peakBytes' | 'cpuSeconds'> {
  const [, kilobytes] = /^VmHWM:\s*(\d+) kB$/mu.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  if (kilobytes === undefined) throw new Error('The process has no memory any more.');
  const times = readFileSync(`/proc/${pid}/stat`, 'latin1')
    .replace(/^.*\) /su, '')
    .split(' ')
    .slice(11, 15);
  const ticks = times.map(Number).reduce((sum, time) => sum + time, 0);
  return { peakBytes: Number(kilobytes) * 1024, cpuSeconds: ticks / ticksPerSecond };
}
