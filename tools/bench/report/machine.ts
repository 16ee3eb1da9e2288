// The machine in words, and whether it is quiet enough to measure on.
import { availableParallelism, cpus, loadavg, totalmem } from 'node:os';

export function machine(): string {
  const model = cpus()[0]?.model.trim() ?? 'unknown processor';
  const memory = Math.round(totalmem() / 1024 ** 3);
  return `${model}, ${availableParallelism()} cores, ${memory} GiB, ${process.platform} ${process.arch}, Node ${process.version}`;
}

/** A warning when other work will be measured too. */
export function busyness(): string | undefined {
  const [lastMinute = 0] = loadavg();
  if (lastMinute < 0.7) return undefined;
  return `The machine is not idle (load ${lastMinute.toFixed(2)}): the figures will be lower than they could be.`;
}
