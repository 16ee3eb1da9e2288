// The command line of the Airbyte face: verb and file options to one checked invocation, files read as JSON.
import { readFile } from 'node:fs/promises';

import yargs from 'yargs';

import { parseJson } from '../json/parse-json.ts';
import { ConnectorError } from '../protocol/errors.ts';

export type Verb = 'spec' | 'check' | 'discover' | 'read' | 'write';

/** Paths as given; `help` carries the text to show when the user asked for it (or for the version). */
export type Invocation =
  | { readonly verb: Verb; readonly config: string; readonly catalog: string; readonly state: string | undefined }
  | { readonly verb: 'help'; readonly text: string };

const verbHelp: Readonly<Record<Verb, string>> = {
  spec: 'Print the specification of the configuration',
  check: 'Try the configuration against the bucket',
  discover: 'Print the catalog of streams',
  read: 'Read the configured streams as records',
  write: 'Write the records on standard input to the bucket',
};

const verbFiles: Readonly<Record<Verb, readonly ('config' | 'catalog')[]>> = {
  spec: [],
  check: ['config'],
  discover: ['config'],
  read: ['config', 'catalog'],
  write: ['config', 'catalog'],
};

/** @throws USAGE_INVALID saying what is wrong with the command line. */
export async function parseArguments(
  argv: readonly string[],
  {
    name,
    version,
    verbs,
    operatorVerbs = [],
  }: {
    readonly name: string;
    readonly version: string;
    readonly verbs: readonly Verb[];
    /** Shown in the help; they are parsed elsewhere (operator.ts). */
    readonly operatorVerbs?: readonly { readonly name: string; readonly describe: string }[] | undefined;
  },
): Promise<Invocation> {
  let shown = '';
  let failure: string | undefined;
  const parser = yargs()
    .scriptName(name)
    .locale('en')
    .usage('$0 <verb> [options]')
    .version(version)
    .help()
    .strict()
    .exitProcess(false);
  for (const verb of verbs) {
    parser.command(verb, verbHelp[verb], (command) => {
      for (const file of verbFiles[verb])
        command.option(file, { type: 'string', demandOption: true, describe: `${file} file (JSON)` });
      if (verb === 'read') command.option('state', { type: 'string', describe: 'state file (JSON)' });
      return command;
    });
  }
  for (const { name: operatorVerb, describe } of operatorVerbs) parser.command(operatorVerb, describe);
  parser
    .demandCommand(1, 1, `say what to do: ${[...verbs, ...operatorVerbs.map((verb) => verb.name)].join(', ')}`)
    .fail((message: string, error: Error | undefined) => {
      failure ??= message ?? error?.message;
    });
  const parsed = await parser.parseAsync([...argv], {}, (_error: unknown, _argv: unknown, output: string) => {
    shown = output;
  });
  if (failure !== undefined) {
    throw new ConnectorError('USAGE_INVALID', `${failure.replaceAll('\n', ' ')} (see ${name} --help)`);
  }
  const verb = verbs.find((known) => known === parsed._[0]);
  if (shown !== '' || verb === undefined) return { verb: 'help', text: shown };
  return {
    verb,
    config: option(parsed, 'config') ?? '',
    catalog: option(parsed, 'catalog') ?? '',
    state: option(parsed, 'state'),
  };
}

function option(parsed: Readonly<Record<string, unknown>>, name: string): string | undefined {
  const value = parsed[name];
  if (Array.isArray(value)) throw new ConnectorError('USAGE_INVALID', `--${name} is given more than once.`);
  if (value === '') throw new ConnectorError('USAGE_INVALID', `--${name} needs the path of a file.`);
  return typeof value === 'string' ? value : undefined;
}

/**
 * Reads a JSON file named on the command line.
 * @throws USAGE_INVALID naming the file and the place of the mistake, never its text: it may hold a secret.
 */
export async function readJsonFile(path: string, what: string): Promise<unknown> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
    throw new ConnectorError('USAGE_INVALID', `The ${what} file "${path}" cannot be read (${code}).`);
  }
  try {
    return parseJson(text.replace(/^\uFEFF/u, ''));
  } catch (error) {
    const place = /line \d+ column \d+/u.exec(error instanceof Error ? error.message : '')?.[0];
    const where = place === undefined ? '' : ` (${place})`;
    throw new ConnectorError('USAGE_INVALID', `The ${what} file "${path}" is not valid JSON${where}.`);
  }
}
