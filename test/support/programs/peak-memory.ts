// Loaded into a program under test by NODE_OPTIONS=--import: prints its peak memory on stderr at its end.
import { writeSync } from 'node:fs';

process.on('exit', () => void writeSync(2, `peak ${Math.round(process.resourceUsage().maxRSS / 1024)} MiB\n`));
