// What a connector is to the runtime: its config in two steps, its Airbyte verbs, and the verbs for operators beside them.
import type * as z from 'zod';

import type { ConfiguredStream } from './catalog.ts';
import type { ConnectorError } from './errors.ts';
import type { Log } from './log.ts';
import type { AirbyteCatalog, AirbyteMessage, ConnectorSpecification } from './messages.ts';
import type { RecordFrame } from './record-frame.ts';
import type { SavedState } from './state.ts';

/** Whole lines, each ended by `\n`, printed as they are; or one message. */
export type Output = Uint8Array | AirbyteMessage;

/** Shows people what `text` says for as long as the result is not disposed of; nothing where nobody looks on. */
export type Watch = (text: () => string) => Disposable;

export type VerbContext = {
  readonly log: Log;
  /** Aborted by SIGTERM and SIGINT, and when the reader of stdout goes away. */
  readonly signal: AbortSignal;
  /** Reports an error now and lets the run end with exit code 1, while the verb goes on (other streams do). */
  readonly fail: (error: ConnectorError) => void;
  readonly watch?: Watch;
};

export type ReadContext = VerbContext & {
  /** What is around the data of a stream's records; without it that of Airbyte's protocol. */
  readonly frameOf?: (stream: ConfiguredStream) => RecordFrame;
};

/** An option of an operator verb: a flag, or one that takes a text. */
type OperatorOption = { readonly type: 'string' | 'boolean'; readonly describe: string };

/** What the operator gave: positionals and options under their names; what was not given is absent. */
export type OperatorArguments = Readonly<Record<string, string | boolean | undefined>>;

/**
 * What an operator verb prints: a text of whole lines for people, in which secrets are redacted, or a document for programs,
 * whose names are left as they are. Names in `sql` are printable: JSON can escape what is not, SQL cannot. `lines`: messages, given
 * back byte for byte.
 */
export type Print =
  | string
  | { readonly json: unknown }
  | { readonly sql: string }
  | { readonly lines: readonly string[] }
  | PageFile;

/** A page that is written to a file, over an older one; its texts go through `clean`, which hides secrets. */
export type PageFile = { readonly file: string; readonly page: (clean: (text: string) => string) => string };

/** A verb for people at a terminal and their scripts: stdout holds its text alone, everything else goes to stderr. */
export type OperatorVerb<Config> = {
  /** One word or more (`policy validate`); the longest name that the command line begins with is meant. */
  readonly name: string;
  readonly describe: string;
  /** Names of what must follow the verb, in order. */
  readonly positionals?: Readonly<Record<string, string>>;
  /** Beside `--config`, which every operator verb needs. */
  readonly options?: Readonly<Record<string, OperatorOption>>;
  /** Yields what goes to stdout. `context.fail` or a throw makes the exit code 1. */
  run(config: Config, given: OperatorArguments, context: VerbContext): AsyncIterable<Print>;
};

/** What a connector is: its config in two steps (zod, then `resolve` to what the pipeline accepts) and its verbs. */
export type Connector<Schema extends z.ZodObject, Config> = {
  readonly name: string;
  readonly version: string;
  readonly schema: Schema;
  readonly spec: ConnectorSpecification;
  resolve(parsed: z.output<Schema>): Config;
  /** Resolves when a sync would work. @throws ConnectorError saying what is missing. */
  check(config: Config, context: VerbContext): Promise<void>;
  discover?(config: Config, context: VerbContext): Promise<AirbyteCatalog>;
  read?(
    config: Config,
    catalog: readonly ConfiguredStream[],
    state: SavedState,
    context: ReadContext,
  ): AsyncIterable<Output>;
  /** `input` throws an AbortError when the signal is aborted, so that nothing waits for a line that nobody sends. */
  write?(
    config: Config,
    catalog: readonly ConfiguredStream[],
    input: AsyncIterable<Uint8Array>,
    context: VerbContext,
  ): AsyncIterable<Output>;
  readonly operatorVerbs?: readonly OperatorVerb<Config>[];
};
