// The command line for Airbyte: parses the verb and the file options, and reads the files as JSON.
import { readFile } from 'node:fs/promises';

import type { Argv } from 'yargs';

import { parseJson } from '../json/parse-json.ts';
import { fileFault } from '../local-disk/file-fault.ts';
import { ConnectorError } from '../protocol/errors.ts';
import { isObject } from '../protocol/messages.ts';
import { configuredOptions } from './configured-catalog.ts';
import { parseCommandLine, single, usageError, type ParsedCommandLine } from './command-line.ts';

export type Verb = 'spec' | 'check' | 'discover' | 'read' | 'write';

/** Paths as given. `help` has the text for --help or --version. */
export type Invocation =
  | { readonly verb: Verb; readonly config: string; readonly catalog: string; readonly state: string | undefined }
  | { readonly verb: 'help'; readonly text: string };

const verbHelp: Readonly<Record<Verb, string>> = {
  spec: 'Print the specification of the configuration.',
  check: 'Check the configuration, the credentials and the permissions.',
  discover: 'Print the streams, or with --configured the catalog for read and write.',
  read: 'Print the records of the configured streams.',
  write: 'Write the records from standard input to the bucket.',
};

const verbFiles: Readonly<Record<Verb, readonly ('config' | 'catalog')[]>> = {
  spec: [],
  check: ['config'],
  discover: ['config'],
  read: ['config', 'catalog'],
  write: ['config', 'catalog'],
};

/** @throws USAGE_INVALID that names the mistake in the command line. */
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
    /** Only for the help; operator.ts parses them. */
    readonly operatorVerbs?: readonly { readonly name: string; readonly describe: string }[] | undefined;
  },
): Promise<Invocation> {
  const known = [...verbs, ...operatorVerbs.map((verb) => verb.name)];
  refuseUnknownVerb(argv, known, name);
  const line = await parseCommandLine(argv, {
    name,
    usage: '$0 <verb> [options]',
    version,
    describe(parser) {
      parser.strict();
      for (const verb of verbs) parser.command(verb, verbHelp[verb], (command) => addFiles(command, verb));
      for (const { name: operatorVerb, describe } of operatorVerbs) parser.command(operatorVerb, describe);
      parser.demandCommand(1, 1, `Name a verb: ${known.join(', ')}`);
    },
  });
  const verb = verbs.find((known) => known === line.parsed._[0]);
  if (line.shown !== '' || verb === undefined) return { verb: 'help', text: line.shown };
  return {
    verb,
    config: path(line, 'config') ?? '',
    catalog: path(line, 'catalog') ?? '',
    state: path(line, 'state'),
  };
}

/** A name of several words is a verb with verbs of its own: `policy validate`. */
function refuseUnknownVerb([first = '-']: readonly string[], known: readonly string[], name: string): void {
  if (first.startsWith('-') || known.some((verb) => verb.split(' ', 1)[0] === first)) return;
  throw usageError(`Unknown verb ${JSON.stringify(first)}: use one of ${known.join(', ')}`, name);
}

function addFiles(command: Argv, verb: Verb): Argv {
  for (const file of verbFiles[verb])
    command.option(file, { type: 'string', demandOption: true, describe: `Path of the ${file} file (JSON).` });
  if (verb === 'discover') {
    // Handled before the command line is parsed (configured-catalog.ts).
    for (const [name, option] of Object.entries(configuredOptions)) command.option(name, option);
  }
  if (verb === 'read')
    command.option('state', {
      type: 'string',
      describe: 'Path of the state file (JSON), or of the output of a destination.',
    });
  return command;
}

function path(line: ParsedCommandLine, name: string): string | undefined {
  const value = single(line, name);
  if (value === '') throw new ConnectorError('USAGE_INVALID', `--${name} needs the path of a file.`);
  return typeof value === 'string' ? value : undefined;
}

/** The messages in the output of a connector, one a line. A cut last line is ignored. Undefined for any other text. */
function jsonLines(text: string): readonly unknown[] | undefined {
  const lines = text.split('\n');
  const cut = lines.pop() ?? '';
  const whole = lines.filter((line) => line.trim() !== '');
  try {
    const messages = whole.map((line) => parseJson(line));
    if (!messages.every((message) => isObject(message) && typeof message['type'] === 'string')) return undefined;
    return messages.length > 1 || (messages.length === 1 && cut !== '') ? messages : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Reads a JSON file from the command line. For a file with the messages of a connector, one a line, it returns a list.
 * @throws USAGE_INVALID that names the file and the place of the mistake, but not its text, which may hold a secret.
 */
export async function readJsonFile(path: string, what: string): Promise<unknown> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if (/^\s*[{[]/u.test(path)) {
      const remedy = 'Write the JSON into a file, and name that file.';
      throw new ConnectorError('USAGE_INVALID', `The name of the ${what} file is JSON. ${remedy}`);
    }
    throw new ConnectorError('USAGE_INVALID', `The ${what} file "${path}" cannot be read: ${fileFault(error)}.`);
  }
  try {
    return parseJson(text.replace(/^\uFEFF/u, ''));
  } catch (error) {
    const lines = jsonLines(text);
    if (lines !== undefined) return lines;
    if (text.trim() === '') throw new ConnectorError('USAGE_INVALID', `The ${what} file "${path}" is empty.`);
    if (/^[A-Za-z_][\w-]*:(?:\s|$)/mu.test(text) && !/^\s*[[{]/u.test(text)) {
      throw new ConnectorError(
        'USAGE_INVALID',
        `The ${what} file "${path}" must be JSON, but looks like YAML. Convert it to JSON.`,
      );
    }
    const place = /line \d+ column \d+/u.exec(error instanceof Error ? error.message : '')?.[0];
    const where = place === undefined ? '' : ` (${place})`;
    throw new ConnectorError(
      'USAGE_INVALID',
      `The ${what} file "${path}" is not valid JSON${where}. Correct it there.`,
    );
  }
}
