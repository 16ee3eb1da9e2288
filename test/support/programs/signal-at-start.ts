// Loaded into an executable by NODE_OPTIONS=--import: sends it SIGTERM, or the signal in SIGNAL, while its first modules are
// evaluated, as a platform does that stops what it has just started.
import { registerHooks } from 'node:module';

const code =
  "process.kill(process.pid, process.env.SIGNAL ?? 'SIGTERM'); await new Promise((resolve) => setTimeout(resolve, 100));";

registerHooks({
  load(url, context, nextLoad) {
    const loaded = nextLoad(url, context);
    if (!/\/src\/(?:kafka\/)?connector\.ts$/u.test(url)) return loaded;
    return { ...loaded, source: `${code}\n${Buffer.from(loaded.source as Uint8Array).toString()}` };
  },
});
