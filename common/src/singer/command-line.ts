// The command line of taps and targets, by the Singer specification and the conventions of Meltano's SDK.
import { parseCommandLine, single, usageError } from '../program/command-line.ts';

/** Paths as given. `show`: a text for stdout, without other work. */
export type SingerInvocation =
  | { readonly verb: 'show'; readonly text: string }
  | { readonly verb: 'about'; readonly format: 'text' | 'json' }
  | { readonly verb: 'discover' | 'test'; readonly config: readonly string[] }
  | {
      readonly verb: 'sync';
      readonly config: readonly string[];
      readonly catalog: string | undefined;
      readonly state: string | undefined;
    };

const config = {
  type: 'string',
  array: true,
  nargs: 1,
  describe: 'Path of the config file (JSON), or ENV for environment variables. Several are merged.',
} as const;
const file = { type: 'string', requiresArg: true } as const;
const about = { type: 'boolean', describe: 'Describe the program and its settings.' } as const;
const format = { choices: ['text', 'json'], default: 'text', describe: 'Format of --about.' } as const;

const options = {
  tap: {
    config,
    catalog: { ...file, describe: 'Path of the catalog file (JSON). Without it, all streams are read.' },
    state: { ...file, describe: 'Path of the state file (JSON).' },
    discover: { type: 'boolean', describe: 'Print the catalog.' },
    test: { type: 'string', describe: 'Check the config, the credentials and the permissions.' },
    about,
    format,
  },
  target: { config, about, format },
} as const;

/** @throws USAGE_INVALID that names the mistake in the command line. */
export async function parseSingerArguments(
  argv: readonly string[],
  { name, version, kind }: { readonly name: string; readonly version: string; readonly kind: 'tap' | 'target' },
): Promise<SingerInvocation> {
  const line = await parseCommandLine(argv, {
    name,
    usage: '$0 --config FILE [options]',
    version: `${name} ${version}`,
    describe: (parser) => parser.strict().options(options[kind]),
  });
  const { shown, parsed } = line;
  if (shown !== '') return { verb: 'show', text: shown };
  if (parsed['about'] === true) return { verb: 'about', format: parsed['format'] === 'json' ? 'json' : 'text' };
  const sources = (parsed['config'] ?? []) as readonly string[];
  if (sources.length === 0)
    throw usageError('--config is missing: name a file, or ENV for environment variables.', name);
  if (parsed['discover'] === true) return { verb: 'discover', config: sources };
  if (parsed['test'] !== undefined) return { verb: 'test', config: sources };
  const [catalog, state] = ['catalog', 'state'].map((option) => {
    const value = single(line, option);
    return typeof value === 'string' ? value : undefined;
  });
  return { verb: 'sync', config: sources, catalog, state };
}
