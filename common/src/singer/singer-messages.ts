// The Singer protocol: every message a tap writes and a target reads
// (https://github.com/singer-io/getting-started/blob/master/docs/SPEC.md).
//
//   tap:     --config F --discover → the catalog · --config F [--catalog F] [--state F] → SCHEMA*, RECORD*, STATE*
//   target:  --config F: SCHEMA*, RECORD*, STATE* on standard input → the values of STATEs on standard output
//
// A stream's SCHEMA comes before its records. The value of a STATE covers all streams. A target prints the value alone on a line
// when everything before it is durable. ACTIVATE_VERSION, an extension of Meltano and Stitch, means that the records with that
// `version` are the complete table. Texts for people go to stderr.
import type { JsonObject, JsonValue } from '../protocol/messages.ts';

type SingerMessage = SchemaMessage | StateMessage | ActivateVersionMessage;

type SchemaMessage = {
  readonly type: 'SCHEMA';
  readonly stream: string;
  readonly schema: JsonObject;
  readonly key_properties: readonly string[];
};

type StateMessage = { readonly type: 'STATE'; readonly value: JsonValue };

type ActivateVersionMessage = {
  readonly type: 'ACTIVATE_VERSION';
  readonly stream: string;
  readonly version: number;
};

/** The line of a message. */
export function singerLine(message: SingerMessage): Buffer {
  return Buffer.from(`${JSON.stringify(message)}\n`);
}
