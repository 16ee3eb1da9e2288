// Faults of the writers of a run at chosen requests to S3: processes are killed by -9, or stop for a while, whoever started them.
import { readdirSync, readFileSync } from 'node:fs';

import type { Call, ServedOperation } from '../../tools/s3-server/types.ts';
import { shardOf, type PartedTable } from './parted-table.ts';

/** By the end of the program's path. */
const programs = { reader: 'source-s3', writer: 'destination-s3-batch', script: 'slurm_script' } as const;

type Victim = { readonly whom: keyof typeof programs; readonly index?: number };
type Place = { readonly operation: ServedOperation; readonly key: (key: string) => boolean };

/** Who is killed by -9 at a request, once: of which task, or of all. `onAnswer`: S3 has done it, and nobody hears of it. */
export type Fault = Place & Victim & { readonly moment: 'onRequest' | 'onAnswer' };

/** Keys of a part: its staged files, its document, and the files that its reader reads. */
export const isStaged = (index: number) => (key: string) => new RegExp(`^copy/_staging/[^/]+/${index}-`, 'u').test(key);
export const isPart = (index: number) => (key: string) =>
  new RegExp(`^copy/_runs/[^/]+/parts/${index}.json$`, 'u').test(key);
export const isFile = (index: number) => (key: string) => key.endsWith('.jsonl') && shardOf(key) === index;

type Stop = Place & Victim & { readonly enter: () => void; readonly released: Promise<void> };

/** The faults of all who copy the table. */
export function openFaults({ server, folder }: PartedTable) {
  let waiting: readonly Fault[] = [];
  let stops: readonly Stop[] = [];

  const strike = async (moment: Fault['moment'], { operation, key }: Call): Promise<void> => {
    const isHit = (place: Place): boolean => place.operation === operation && place.key(key);
    const fault = waiting.find((one) => one.moment === moment && isHit(one));
    const victims = fault === undefined ? [] : processesOf(folder, fault);
    if (victims.length > 0) {
      waiting = waiting.filter((one) => one !== fault);
      for (const pid of victims) process.kill(pid, 'SIGKILL');
      await new Promise<never>(() => undefined);
    }
    const stop = moment === 'onRequest' ? stops.find(isHit) : undefined;
    if (stop === undefined) return;
    stops = stops.filter((one) => one !== stop);
    const stopped = processesOf(folder, stop);
    for (const pid of stopped) process.kill(pid, 'SIGSTOP');
    stop.enter();
    await stop.released;
    for (const pid of stopped) process.kill(pid, 'SIGCONT');
  };
  server.setHooks({
    onRequest: (call) => strike('onRequest', call),
    onAnswer: (call) => strike('onAnswer', call),
  });

  return {
    /** What is to happen next, each once. */
    plan: (faults: readonly Fault[]): void => void (waiting = faults),
    /** Those that have not happened. */
    left: () => waiting.length,
    /** Whoever sends the first such request hears and does nothing until `release`: a straggler. */
    stop(place: Place & Victim) {
      const [reached, released] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
      stops = [...stops, { ...place, enter: reached.resolve, released: released.promise }];
      return { reached: reached.promise, release: released.resolve };
    },
  };
}

/** Who copies the table, for all parts or one, by what is in the environment: each scheduler's tasks know the folder. */
function processesOf(folder: string, { whom, index }: Victim): readonly number[] {
  const task = index === undefined ? /^/u : new RegExp(`\\0(?:SHARD_INDEX|SLURM_ARRAY_TASK_ID)=${index}\\0`, 'u');
  const found = readdirSync('/proc').filter((entry) => {
    if (!/^\d+$/u.test(entry)) return false;
    try {
      const environment = `\0${readFileSync(`/proc/${entry}/environ`, 'utf8')}`;
      if (!environment.includes(folder) || !task.test(environment)) return false;
      return readFileSync(`/proc/${entry}/cmdline`, 'utf8')
        .split('\0')
        .some((part) => part.endsWith(`/${programs[whom]}`));
    } catch {
      return false; // It has ended, or is someone else's.
    }
  });
  return found.map(Number);
}
