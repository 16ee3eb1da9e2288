// What the tests of the text formats share.
import { ofType, type ProtocolMessage } from '../../support/models/protocol-schema.ts';
import { readHere, serverWith, type Json } from './source.ts';

/** The records' columns from the file. */
export async function textRows(
  objects: Readonly<Record<string, string | Uint8Array>>,
  config: Json,
): Promise<{ rows: readonly Json[]; said: readonly string[]; failures: readonly string[]; lines: readonly string[] }> {
  await using server = await serverWith(objects);
  const { messages, said, failures, lines } = await readHere(server, { config });
  return {
    rows: ofType(messages, 'RECORD').map(({ record }) => {
      return Object.fromEntries(Object.entries(record.data).filter(([name]) => !name.startsWith('_ab_')));
    }),
    said: said.filter((line) => line.startsWith('WARN')),
    failures: failures.map(({ code, message }) => `${code} ${message}`),
    lines: lines.filter((line) => line.includes('"type":"RECORD"')),
  };
}

/** The numbers in the column `id` of the records among the messages. */
export function idsOf(messages: readonly ProtocolMessage[]): readonly number[] {
  return ofType(messages, 'RECORD').map(({ record }) => Number(record.data['id']));
}
