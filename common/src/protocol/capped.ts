// Cuts the texts for people in a message to a length that readers, platforms and log stores accept. Nothing else is cut.
import type { AirbyteMessage } from './messages.ts';

/** Bytes of UTF-8. */
export const maxTextBytes = 2048;
export const maxStackBytes = 8192;

/** The text, or the complete characters that fit into `maxBytes` together with a mark that it was cut. */
export function capText(text: string, maxBytes = maxTextBytes): string {
  if (text.length * 3 <= maxBytes) return text; // A UTF-16 unit takes at most 3 bytes.
  const bytes = Buffer.byteLength(text);
  if (bytes <= maxBytes) return text;
  const mark = ` … (cut, ${bytes} bytes in all)`;
  const { read } = new TextEncoder().encodeInto(text, new Uint8Array(maxBytes - Buffer.byteLength(mark)));
  return text.slice(0, read) + mark;
}

/** The message with its texts cut. Names, states, schemas and numbers stay unchanged. */
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
