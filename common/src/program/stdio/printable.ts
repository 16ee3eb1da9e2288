// Cleans the texts for people in a message before it is printed, and nothing else. A stream, a state key or a column may have
// the same name as a secret; replacing it would make it another stream, key or column.
import type { AirbyteMessage } from '../../protocol/messages.ts';
import { oneLine } from '../../protocol/text/text.ts';

/** Hides secrets in texts, and puts each text in one line (a stack trace keeps its lines). Names stay unchanged. */
export function printable(message: AirbyteMessage, redact: (text: string) => string): AirbyteMessage {
  const clean = (text: string): string => oneLine(redact(text));
  const cleanLines = (text: string): string => redact(text).split('\n').map(oneLine).join('\n');
  const cleaned = <Name extends string>(texts: { readonly [name in Name]?: string }, name: Name, how = clean) => {
    const text = texts[name];
    return (text === undefined ? {} : { [name]: how(text) }) as { readonly [name in Name]?: string };
  };
  switch (message.type) {
    case 'LOG': {
      const { log } = message;
      return { ...message, log: { ...log, message: clean(log.message), ...cleaned(log, 'stack_trace', cleanLines) } };
    }
    case 'CONNECTION_STATUS': {
      const { connectionStatus: status } = message;
      return { ...message, connectionStatus: { ...status, ...cleaned(status, 'message') } };
    }
    case 'TRACE': {
      const { trace } = message;
      if (trace.type !== 'ERROR') return message;
      const { error } = trace;
      const internal = cleaned(error, 'internal_message');
      const texts = { message: clean(error.message), ...internal, ...cleaned(error, 'stack_trace', cleanLines) };
      return { ...message, trace: { ...trace, error: { ...error, ...texts } } };
    }
    default:
      return message;
  }
}
