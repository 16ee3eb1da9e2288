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
  return withTexts(message, (text, kind) => capText(text, kind === 'stack' ? maxStackBytes : maxTextBytes));
}

/** The message with each text for people changed, and nothing else. A stack trace has several lines. */
export function withTexts(
  message: AirbyteMessage,
  change: (text: string, kind: 'line' | 'stack') => string,
): AirbyteMessage {
  const changed = <Part extends Texts>(part: Part): Part => {
    const { message: text, internal_message: internal, stack_trace: stack } = part;
    return {
      ...part,
      ...(text !== undefined && { message: change(text, 'line') }),
      ...(internal !== undefined && { internal_message: change(internal, 'line') }),
      ...(stack !== undefined && { stack_trace: change(stack, 'stack') }),
    };
  };
  switch (message.type) {
    case 'LOG':
      return { ...message, log: changed(message.log) };
    case 'CONNECTION_STATUS':
      return { ...message, connectionStatus: changed(message.connectionStatus) };
    case 'TRACE': {
      const { trace } = message;
      return trace.type === 'ERROR' ? { ...message, trace: { ...trace, error: changed(trace.error) } } : message;
    }
    default:
      return message;
  }
}

type Texts = { readonly message?: string; readonly internal_message?: string; readonly stack_trace?: string };
