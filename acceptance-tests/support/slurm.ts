// Starts a real Slurm on loopback, a controller and one node, from Debian's packages: no root, no systemd, and nothing of a Slurm that
// this machine may have.
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { hostname, tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';

import { type Daemon, freePort, startDaemon, untilUp } from '../../tools/daemon.ts';
import { findProgram } from './debian.ts';

const execute = promisify(execFile);
const startWithinMs = 30_000;
const node = 'here';
/** Of its tasks so many run at a time: an array of eight waits for its turn, as on a cluster. */
const processors = 4;

/** By the program that shows that the package is there. */
const packages = { munged: 'munge', slurmctld: 'slurmctld', slurmd: 'slurmd', sbatch: 'slurm-client' } as const;

/** @throws Error saying what to install. */
export async function prepareSlurm(say: (text: string) => void): Promise<void> {
  const remedy =
    'The Slurm suite runs a real Slurm: install it (apt-get install --no-install-recommends slurmctld slurmd slurm-client munge).';
  for (const [name, debianPackage] of Object.entries(packages)) {
    await findProgram({ names: [name], debianPackage, remedy }, say);
  }
}

/** What Slurm says of one task of an array, or of a job. `index`: undefined for a job, and for tasks that wait together. */
export type Job = {
  readonly id: string;
  readonly index: number | undefined;
  readonly state: string;
  readonly reason: string;
  readonly restarts: number;
};

export type Slurm = AsyncDisposable & {
  /** For programs that talk to it. */
  readonly env: NodeJS.ProcessEnv;
  /** Runs a client program. @returns what it printed. */
  run(program: string, ...args: readonly string[]): Promise<string>;
  /** The tasks of an array, or the one job. */
  jobs(id: string): Promise<readonly Job[]>;
  /** The node is lost for Slurm, with all that runs there, and is there again. */
  loseNode(): Promise<void>;
};

/** @throws Error with its last output when it does not come up. Disposal ends it and waits. */
export async function startSlurm(): Promise<Slurm> {
  await using stack = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), 's3-connectors-slurm-'));
  stack.defer(() => rm(folder, { recursive: true, force: true, maxRetries: 3 }));
  const conf = join(folder, 'slurm.conf');
  for (const name of ['munge', 'state', 'spool']) await mkdir(join(folder, name), { mode: 0o755 });
  await writeFile(join(folder, 'munge/key'), randomBytes(128), { mode: 0o600 });
  await writeFile(conf, await settings(folder));
  const env = { ...process.env, SLURM_CONF: conf, PATH: `${process.env['PATH']}:/usr/sbin` };
  const started: Daemon[] = [];
  const start = (program: string, ...args: readonly string[]): void => {
    started.push(stack.use(startDaemon(program, args, { env })));
  };
  const run = async (program: string, ...args: readonly string[]): Promise<string> => {
    return (await execute(program, args, { env, cwd: folder })).stdout.trim();
  };
  const isUp = async (): Promise<true | undefined> => {
    return (await run('sinfo', '--noheader', '--format=%t').catch(() => '')) === 'idle' || undefined;
  };
  start('munged', '--foreground', '--force', ...mungeOptions(folder));
  start('slurmctld', '-D');
  start('slurmd', '-D', '-N', node);
  await untilUp({ what: 'Slurm', daemons: started, withinMs: startWithinMs, look: isUp });
  const owned = stack.move();
  return {
    env,
    run,
    async jobs(id) {
      return parseJobs(await run('scontrol', '--oneliner', 'show', 'job', id));
    },
    async loseNode() {
      const update = ['update', `NodeName=${node}`, 'Reason=test'];
      await run('scontrol', ...update, 'State=DOWN');
      // It may be there again by itself, which is an error to RESUME.
      while (!/^(?:idle|mix|alloc)/u.test(await run('sinfo', '--noheader', '--format=%t'))) {
        await run('scontrol', ...update, 'State=RESUME').catch(() => undefined);
        await sleep(200);
      }
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

function mungeOptions(folder: string): readonly string[] {
  const at = (name: string): string => join(folder, 'munge', name);
  const files = { 'key-file': at('key'), socket: at('socket'), 'pid-file': at('pid') };
  return Object.entries({ ...files, 'log-file': at('log'), 'seed-file': at('seed') }).map(
    ([name, path]) => `--${name}=${path}`,
  );
}

async function settings(folder: string): Promise<string> {
  const { username } = userInfo();
  const [host = ''] = hostname().split('.');
  const all = {
    ClusterName: 'here',
    SlurmctldHost: `${host}(127.0.0.1)`,
    SlurmctldPort: await freePort(),
    SlurmdPort: await freePort(),
    SlurmUser: username,
    SlurmdUser: username,
    AuthType: 'auth/munge',
    AuthInfo: `socket=${join(folder, 'munge/socket')}`,
    StateSaveLocation: join(folder, 'state'),
    SlurmdSpoolDir: join(folder, 'spool'),
    SlurmctldPidFile: join(folder, 'slurmctld.pid'),
    SlurmdPidFile: join(folder, 'slurmd.pid'),
    // No cgroups, no accounting, no mail: a node that is a process among others.
    ProctrackType: 'proctrack/linuxproc',
    TaskPlugin: 'task/none',
    JobAcctGatherType: 'jobacct_gather/none',
    AccountingStorageType: 'accounting_storage/none',
    MailProg: '/bin/true',
    MpiDefault: 'none',
    SelectType: 'select/cons_tres',
    SelectTypeParameters: 'CR_CPU',
    SlurmdParameters: 'config_overrides',
    ReturnToService: 2,
    SchedulerParameters: 'sched_interval=1,batch_sched_delay=0',
    NodeName: `${node} NodeAddr=127.0.0.1 CPUs=${processors} State=UNKNOWN`,
    PartitionName: `main Nodes=${node} Default=YES MaxTime=INFINITE State=UP`,
  };
  return Object.entries(all)
    .map(([name, value]) => `${name}=${value}\n`)
    .join('');
}

function parseJobs(text: string): readonly Job[] {
  return text.split('\n').map((line) => {
    const field = (name: string): string => new RegExp(`(?:^| )${name}=(\\S*)`, 'u').exec(line)?.[1] ?? '';
    const index = field('ArrayTaskId');
    const isTask = /^\d+$/u.test(index);
    return {
      id: isTask ? `${field('ArrayJobId')}_${index}` : field('JobId'),
      index: isTask ? Number(index) : undefined,
      state: field('JobState'),
      reason: field('Reason'),
      restarts: Number(field('Restarts')),
    };
  });
}
