// Loaded into a measured program before all else (`node -r`): at its end it writes what the whole process took. Plain
// JavaScript, since stripping types would add 17 MB and 60 ms to what is measured.
'use strict';

const { readFileSync, writeFileSync } = require('node:fs');
const { isMainThread } = require('node:worker_threads');

/** The kernel's own figure. `maxRSS` may still hold that of the process which started this one; Linux tells it apart. */
function peakBytes() {
  const inherited = process.resourceUsage().maxRSS * 1024;
  if (process.platform !== 'linux') return inherited;
  const [, kilobytes] = /^VmHWM:\s*(\d+) kB$/mu.exec(readFileSync('/proc/self/status', 'utf8')) ?? [];
  return kilobytes === undefined ? inherited : Number(kilobytes) * 1024;
}

if (isMainThread) {
  process.on('exit', () => {
    const { user, system } = process.cpuUsage();
    const usage = { peakBytes: peakBytes(), cpuSeconds: (user + system) / 1e6 };
    writeFileSync(process.env.BENCH_USAGE, JSON.stringify(usage));
  });
}
