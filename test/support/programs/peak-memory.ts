// Loaded into a program under test by NODE_OPTIONS=--import: at its end it says on stderr how much memory it had at most.
import { writeSync } from 'node:fs';

process.on('exit', () => void writeSync(2, `peak ${Math.round(process.resourceUsage().maxRSS / 1024)} MiB\n`));
