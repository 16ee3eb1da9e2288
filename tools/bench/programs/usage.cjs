// Loaded into a measured program before all else (`node -r`): at its end it writes what the whole process took. Plain
// JavaScript, since stripping types would add 17 MB and 60 ms to what is measured.
'use strict';

const { readFileSync, writeFileSync } = require('node:fs');
const { isMainThread } = require('node:worker_threads');

const lookEveryMs = 5;
/** Loading the program is no stall: nothing waits for it yet. */
const startMs = 1000;

/** The kernel's own figure. `maxRSS` may still hold that of the process which started this one; Linux tells it apart. */
function peakBytes() {
  const inherited = process.resourceUsage().maxRSS * 1024;
  if (process.platform !== 'linux') return inherited;
  const [, kilobytes] = /^VmHWM:\s*(\d+) kB$/mu.exec(readFileSync('/proc/self/status', 'utf8')) ?? [];
  return kilobytes === undefined ? inherited : Number(kilobytes) * 1024;
}

/** Of this thread alone. */
function threadMs() {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
}

/**
 * The most that the main thread worked between two looks of a timer: in its own CPU time, so that a busy machine, which makes
 * everything wait, is not taken for a stall.
 */
function watchStalls() {
  let longest = 0;
  let last = Infinity;
  const look = () => {
    const now = threadMs();
    longest = Math.max(longest, now - last);
    last = now;
  };
  setTimeout(() => setInterval(look, lookEveryMs).unref(), startMs).unref();
  return () => longest;
}

if (isMainThread) {
  const longestStallMs = watchStalls();
  process.on('exit', () => {
    const { user, system } = process.cpuUsage();
    const usage = { peakBytes: peakBytes(), cpuSeconds: (user + system) / 1e6, longestStallMs: longestStallMs() };
    writeFileSync(process.env.BENCH_USAGE, JSON.stringify(usage));
  });
}
