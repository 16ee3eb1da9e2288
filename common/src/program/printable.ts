// What is cleaned of a message before it is printed: its texts for people, and nothing else. A stream's name, a key in a state or
// a column in a catalog may be the same word as a secret: replaced, it would be another stream, key or column.
import type { AirbyteMessage } from '../protocol/messages.ts';
import { oneLine } from '../protocol/text.ts';

/** Texts without secrets, each in one line (a stack trace: its frames in lines of their own); all identities as they are. */
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
