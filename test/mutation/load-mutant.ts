// Preloaded (`--import`) into the test process and those that it starts: gives one module's code with a change. The files on
// disk stay as they are.
import { readFileSync } from 'node:fs';
import { registerHooks } from 'node:module';

const { MUTANT_URL: mutantUrl, MUTANT_CODE: codePath } = process.env;

if (mutantUrl !== undefined && codePath !== undefined) {
  registerHooks({
    load(url, context, nextLoad) {
      if (url !== mutantUrl) return nextLoad(url, context);
      return { format: 'module', source: readFileSync(codePath), shortCircuit: true };
    },
  });
}
