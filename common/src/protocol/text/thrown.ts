// Describes an unexpected thrown value. Its text can quote data (JSON.parse quotes its input), so the description has only its
// kind, its codes and its stack frames. Pure.

/** Names and codes that come from a program's source, not from data. */
const word = /^[A-Za-z][\w.$]{0,59}$/u;

/** Beginnings of the runtime's texts that are the same for all data. */
const known =
  /^(?:Cannot (?:read|set) properties of (?:undefined|null)|Maximum call stack size exceeded|Invalid (?:array|string|typed array) length|Array buffer allocation failed|Cannot create a string longer than|Unexpected end of JSON input|This operation was aborted|Out of memory)/u;

/** Such as `TypeError: Cannot read properties of undefined`, or `Error ENOSPC (write)`. */
export function thrownText(thrown: unknown): string {
  if (!(thrown instanceof Error)) return `a value of the type ${thrown === null ? 'null' : typeof thrown} was thrown`;
  const { code, syscall } = thrown as Error & { readonly code?: unknown; readonly syscall?: unknown };
  const [name, codeText, call] = [thrown.name, code, syscall].map((part) =>
    typeof part === 'string' && word.test(part) ? part : undefined,
  );
  const [text] = known.exec(thrown.message) ?? [];
  const parts = [name ?? 'Error', codeText, call === undefined ? undefined : `(${call})`];
  return parts.filter((part) => part !== undefined).join(' ') + (text === undefined ? '' : `: ${text}`);
}

const frame = /^ {4}at .+$/u;

/** The frames of a stack, without the text above them. Returns undefined if the two cannot be separated. */
export function framesOf({ stack = '', message }: Error): string | undefined {
  const at = message === '' ? 0 : stack.indexOf(message);
  if (at < 0) return undefined;
  const frames = stack
    .slice(at + message.length)
    .split('\n')
    .filter((line) => frame.test(line));
  return frames.length === 0 ? undefined : frames.join('\n');
}
