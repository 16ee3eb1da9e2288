// The interface between a connector and the runtime: its config, its Airbyte verbs, and its verbs for operators.
import type * as z from 'zod';

import type { ConfiguredStream } from './catalog.ts';
import type { ConnectorError } from './errors.ts';
import type { Log } from './log.ts';
import type { AirbyteCatalog, AirbyteMessage, ConnectorSpecification } from './messages.ts';
import type { Metrics } from './metrics.ts';
import type { RecordFrame } from './record-frame.ts';
import type { SavedState } from './state.ts';

/** Complete lines, each ended by `\n`, which are printed unchanged; or one message. */
export type Output = Uint8Array | AirbyteMessage;

/** Shows `text()` on a terminal until the result is disposed of. Does nothing without a terminal. */
export type Watch = (text: () => string) => Disposable;

export type VerbContext = {
  readonly log: Log;
  /** Aborted by SIGTERM and SIGINT, and when the reader of stdout exits. */
  readonly signal: AbortSignal;
  /** Reports an error now and sets exit code 1. The verb continues with its other streams. */
  readonly fail: (error: ConnectorError) => void;
  readonly watch?: Watch;
  /** Where the values of a run's metrics are wanted. Only of verbs that move rows. */
  readonly metrics?: Metrics | undefined;
};

export type ReadContext = VerbContext & {
  /** The envelope of a stream's records. By default, the envelope of Airbyte's protocol. */
  readonly frameOf?: (stream: ConfiguredStream) => RecordFrame;
};

/** An option of an operator verb: a flag, or an option with a text value. */
type OperatorOption = { readonly type: 'string' | 'boolean'; readonly describe: string };

/** The given positionals and options by name. The others are absent. */
export type OperatorArguments = Readonly<Record<string, string | boolean | undefined>>;

/**
 * The output of an operator verb. A string is complete lines for people, in which secrets are redacted. A document for programs
 * keeps its names. Names in `sql` must be printable, because SQL cannot escape them; JSON can. `lines` are messages that are
 * returned byte for byte.
 */
export type Print =
  | string
  | { readonly json: unknown }
  | { readonly sql: string }
  | { readonly lines: readonly string[] }
  | PageFile;

/** A page that replaces an older one in a file. Its texts go through `clean`, which hides secrets. */
export type PageFile = { readonly file: string; readonly page: (clean: (text: string) => string) => string };

/** A verb for people at a terminal and their scripts. Only its output goes to stdout; all else goes to stderr. */
export type OperatorVerb<Config> = {
  /** One or more words (`policy validate`). The longest name that the command line begins with wins. */
  readonly name: string;
  readonly describe: string;
  /** The required arguments after the verb, in order, with their descriptions. */
  readonly positionals?: Readonly<Record<string, string>>;
  /** In addition to `--config`, which every operator verb requires. */
  readonly options?: Readonly<Record<string, OperatorOption>>;
  /** Whether it moves rows, so that it has metrics. */
  readonly hasMetrics?: true;
  /** Yields the output for stdout. `context.fail` or a thrown error sets exit code 1. */
  run(config: Config, given: OperatorArguments, context: VerbContext): AsyncIterable<Print>;
};

/** A connector: its config in two steps (zod, then `resolve` to the pipeline's config) and its verbs. */
export type Connector<Schema extends z.ZodObject, Config> = {
  readonly name: string;
  readonly version: string;
  readonly schema: Schema;
  readonly spec: ConnectorSpecification;
  resolve(parsed: z.output<Schema>): Config;
  /** Resolves if a sync would work. @throws ConnectorError that names what is missing. */
  check(config: Config, context: VerbContext): Promise<void>;
  discover?(config: Config, context: VerbContext): Promise<AirbyteCatalog>;
  read?(
    config: Config,
    catalog: readonly ConfiguredStream[],
    state: SavedState,
    context: ReadContext,
  ): AsyncIterable<Output>;
  /** `input` throws an AbortError when the signal is aborted, so that nothing waits for more lines. */
  write?(
    config: Config,
    catalog: readonly ConfiguredStream[],
    input: AsyncIterable<Uint8Array>,
    context: VerbContext,
  ): AsyncIterable<Output>;
  readonly operatorVerbs?: readonly OperatorVerb<Config>[];
};
