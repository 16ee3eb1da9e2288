// Cleans the texts for people in a message before it is printed, and nothing else. A stream, a state key or a column may have
// the same name as a secret; replacing it would make it another stream, key or column.
import { withTexts } from '../../protocol/capped.ts';
import type { AirbyteMessage } from '../../protocol/messages.ts';
import { oneLine } from '../../protocol/text/text.ts';

/** Hides secrets in texts, and puts each text in one line (a stack trace keeps its lines). Names stay unchanged. */
export function printable(message: AirbyteMessage, redact: (text: string) => string): AirbyteMessage {
  return withTexts(message, (text, kind) => {
    return kind === 'stack' ? redact(text).split('\n').map(oneLine).join('\n') : oneLine(redact(text));
  });
}
