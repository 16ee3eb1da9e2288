// No message is longer than a reader, a platform or a log store takes: its texts for people are cut, nothing else is.
import type { AirbyteMessage } from './messages.ts';

/** Bytes of UTF-8. */
export const maxTextBytes = 2048;
export const maxStackBytes = 8192;

/** The text, or as many of its whole characters as fit in `maxBytes` together with the mark that it was cut. */
export function capText(text: string, maxBytes = maxTextBytes): string {
  if (text.length * 3 <= maxBytes) return text; // No UTF-16 unit takes more.
  const bytes = Buffer.byteLength(text);
  if (bytes <= maxBytes) return text;
  const mark = ` … (cut, ${bytes} bytes in all)`;
  const { read } = new TextEncoder().encodeInto(text, new Uint8Array(maxBytes - Buffer.byteLength(mark)));
  return text.slice(0, read) + mark;
}

/** The message with its texts cut; names, states, schemas and numbers are as they were. */
export function capped(message: AirbyteMessage): AirbyteMessage {
  switch (message.type) {
    case 'LOG': {
      const { log } = message;
      return { ...message, log: { ...log, message: capText(log.message), ...cappedStack(log) } };
    }
    case 'CONNECTION_STATUS': {
      const { message: text, ...status } = message.connectionStatus;
      return { ...message, connectionStatus: { ...status, ...(text !== undefined && { message: capText(text) }) } };
    }
    case 'TRACE': {
      const { trace } = message;
      if (trace.type !== 'ERROR') return message;
      const { error } = trace;
      const { internal_message: internal } = error;
      const texts = {
        message: capText(error.message),
        ...(internal !== undefined && { internal_message: capText(internal) }),
        ...cappedStack(error),
      };
      return { ...message, trace: { ...trace, error: { ...error, ...texts } } };
    }
    default:
      return message;
  }
}

function cappedStack({ stack_trace: stack }: { readonly stack_trace?: string }): { readonly stack_trace?: string } {
  return stack === undefined ? {} : { stack_trace: capText(stack, maxStackBytes) };
}
