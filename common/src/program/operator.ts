// Runs verbs for people at a terminal: only the output of the verb goes to stdout; progress and failures go to stderr.
import type * as z from 'zod';

import { capText } from '../protocol/capped.ts';
import { readJsonFile } from './cli.ts';
import { parseCommandLine, single } from './command-line.ts';
import { sendMetrics } from './metrics/send-metrics.ts';
import { parseConfig } from '../protocol/config.ts';
import type { Connector, OperatorArguments, OperatorVerb, PageFile, Print } from '../protocol/connector.ts';
import { runProcess, type Speak } from './process.ts';
import { oneLine, plainJson, plainLines } from '../protocol/text/text.ts';
import { ConnectorError } from '../protocol/errors.ts';
import { fileFault } from '../local-disk/file-fault.ts';
import { replaceFile } from '../local-disk/local-file.ts';

/** The verb with the longest name that `argv` begins with. */
export function operatorVerbOf<Config>(
  verbs: readonly OperatorVerb<Config>[],
  argv: readonly string[],
): OperatorVerb<Config> | undefined {
  const meant = verbs.filter(({ name }) => name.split(' ').every((word, index) => argv[index] === word));
  return meant.sort((a, b) => b.name.length - a.name.length)[0];
}

/** Sets `process.exitCode` and returns after all output is printed. */
export function runOperatorVerb<Schema extends z.ZodObject, Config>(
  connector: Connector<Schema, Config>,
  verb: OperatorVerb<Config>,
  argv: readonly string[],
): Promise<void> {
  return runProcess(terminalFace(connector.name), async (frame) => {
    const parsed = await parseOperatorArguments(argv.slice(verb.name.split(' ').length), connector.name, verb);
    if (typeof parsed === 'string') {
      await frame.out.write(Buffer.from(`${parsed}\n`));
      return;
    }
    const json = await readJsonFile(parsed.config, 'config');
    frame.hideSecrets(connector.spec.connectionSpecification, json);
    const config = connector.resolve(parseConfig(connector.schema, json, frame.log));
    const metrics = verb.hasMetrics === true ? sendMetrics(connector, frame) : undefined;
    for await (const print of verb.run(config, parsed.given, { ...frame, metrics })) {
      if (typeof print === 'object' && 'page' in print) await writePage(print, frame.redact);
      else await frame.out.write(Buffer.from(printed(print, frame.redact)));
    }
  });
}

/** JSON members that hold sentences. All others hold names and keys, which stay unchanged. */
const sentences: ReadonlySet<string> = new Set(['message', 'reason']);

/** @throws USAGE_INVALID if the file cannot be written. */
async function writePage({ file, page }: PageFile, redact: (text: string) => string): Promise<void> {
  const text = page((part) => oneLine(redact(part)));
  try {
    await replaceFile(file, Buffer.from(text));
  } catch (error) {
    throw new ConnectorError(
      'USAGE_INVALID',
      `The page cannot be written to ${JSON.stringify(file)}: ${fileFault(error).replace('it does', 'its folder does')}.`,
    );
  }
}

function printed(print: Exclude<Print, PageFile>, redact: (text: string) => string): string {
  if (typeof print === 'string') return plainLines(redact(print));
  if ('sql' in print) return print.sql;
  if ('lines' in print) return print.lines.join('');
  const clean = (name: string, value: unknown): unknown => {
    return typeof value === 'string' && sentences.has(name) ? oneLine(redact(value)) : value;
  };
  return `${plainJson(JSON.stringify(print.json, clean, 2))}\n`;
}

/** Levels below WARN are progress, and are shown without their level. */
export function terminalFace(name: string): Speak {
  return (_out, redact, screen) => {
    const debug = process.env['LOG_LEVEL']?.toUpperCase() === 'DEBUG';
    const say = (text: string): void => {
      screen.say(`${name}: ${capText(oneLine(redact(text)))}`);
    };
    return {
      log(level, message) {
        if (level !== 'DEBUG' || debug) say(level === 'INFO' ? message : `${level}: ${message}`);
      },
      fail(error) {
        say(`${error.message} (${error.code})`);
      },
    };
  };
}

/** @returns the help text for --help. @throws USAGE_INVALID that names the mistake in the command line. */
async function parseOperatorArguments(
  argv: readonly string[],
  name: string,
  {
    name: verb,
    describe,
    positionals = {},
    options = {},
  }: Pick<OperatorVerb<never>, 'name' | 'describe' | 'positionals' | 'options'>,
): Promise<string | { readonly config: string; readonly given: OperatorArguments }> {
  const words = Object.keys(positionals);
  const usage = ['$0', ...words.map((word) => `<${word}>`), '[options]'].join(' ');
  const line = await parseCommandLine(argv, {
    name: `${name} ${verb}`,
    usage: [`${usage}\n\n${describe}`, ...Object.entries(positionals).map((entry) => entry.join(': '))].join('\n'),
    version: false,
    describe(parser) {
      parser
        .parserConfiguration({ 'parse-positional-numbers': false })
        .strictOptions()
        .option('config', {
          type: 'string',
          demandOption: true,
          requiresArg: true,
          describe: 'Path of the config file (JSON).',
        })
        // Positionals of a command would turn `-` (standard input) into an empty text.
        .demandCommand(
          words.length,
          words.length,
          `${words.join(', ')} is missing`,
          'There are more arguments than the verb takes',
        );
      for (const [option, how] of Object.entries(options))
        parser.option(option, { ...how, requiresArg: how.type === 'string' });
    },
  });
  if (line.shown !== '') return line.shown;
  const given = Object.fromEntries(Object.keys(options).map((option) => [option, single(line, option)]));
  const following = Object.fromEntries(words.map((word, index) => [word, String(line.parsed._[index])]));
  return { config: String(single(line, 'config')), given: { ...given, ...following } };
}
