// Starts the test process and tells how it ended. A mutant can loop for ever or use up the memory: both are bounded.
import { spawn } from 'node:child_process';
import { join } from 'node:path';

const heapMb = 768;
const runner = join(import.meta.dirname, 'run-tests.ts');
const hook = join(import.meta.dirname, 'load-mutant.ts');

export type Ended = { readonly kind: 'passed' | 'failed' | 'timed out'; readonly ms: number };

export type TestRun = {
  readonly root: string;
  readonly test: string;
  readonly timeoutMs: number;
  readonly env: Readonly<Record<string, string>>;
};

export function runTests({ root, test, timeoutMs, env }: TestRun): Promise<Ended> {
  const begun = performance.now();
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', runner, test], {
    cwd: root,
    // A group of its own, so that the programs that a test starts end with it.
    detached: true,
    stdio: 'ignore',
    env: { ...process.env, ...env, NODE_OPTIONS: `--import=${hook} --max-old-space-size=${heapMb}` },
  });
  return new Promise((resolve, reject) => {
    let isLate = false;
    const timer = setTimeout(() => {
      isLate = true;
      endGroup(child.pid);
    }, timeoutMs);
    child.on('error', reject);
    child.on('exit', (code) => {
      clearTimeout(timer);
      endGroup(child.pid);
      const kind = isLate ? 'timed out' : code === 0 ? 'passed' : 'failed';
      resolve({ kind, ms: performance.now() - begun });
    });
  });
}

function endGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // The group is gone.
  }
}
