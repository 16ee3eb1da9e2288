// The command line of all programs: one set-up of yargs, whose failures become ConnectorErrors.
import yargs, { type Argv } from 'yargs';

import { ConnectorError } from '../protocol/errors.ts';

type CommandLine = {
  /** The program, and its verb if it has one. */
  readonly name: string;
  readonly usage: string;
  readonly version: string | false;
  /** Adds the options, and sets how strict the parser is. */
  readonly describe: (parser: Argv) => void;
};

/** `shown`: the text for --help or --version, otherwise empty. */
export type ParsedCommandLine = {
  readonly shown: string;
  readonly parsed: Readonly<Record<string, unknown>> & { readonly _: readonly (string | number)[] };
};

/** @throws USAGE_INVALID that names the mistake in the command line. */
export async function parseCommandLine(
  argv: readonly string[],
  { name, usage, version, describe }: CommandLine,
): Promise<ParsedCommandLine> {
  let shown = '';
  let failure: string | undefined;
  const parser = yargs().scriptName(name).locale('en').usage(usage);
  (version === false ? parser.version(false) : parser.version('version', 'Print the version.', version))
    .help('help', 'Print this help.')
    .exitProcess(false)
    .fail((message: string, error: Error | undefined) => {
      failure ??= message ?? error?.message;
    });
  describe(parser);
  const parsed = await parser.parseAsync([...argv], {}, (_error: unknown, _argv: unknown, output: string) => {
    shown = output;
  });
  if (failure !== undefined) throw usageError(failure, name);
  return { shown, parsed };
}

export function usageError(text: string, name: string): ConnectorError {
  return new ConnectorError(
    'USAGE_INVALID',
    `${text.replaceAll('\n', ' ').replace(/\.$/u, '')}. Run "${name} --help" for the options.`,
  );
}

/** The value of an option that may be given once. @throws USAGE_INVALID if it is given more than once. */
export function single({ parsed }: ParsedCommandLine, name: string): string | boolean | undefined {
  const value = parsed[name];
  if (Array.isArray(value)) throw new ConnectorError('USAGE_INVALID', `--${name} is given more than once.`);
  return typeof value === 'string' || typeof value === 'boolean' ? value : undefined;
}
