// Makes a finding; its severity is that of its code. Pure.
import { STATUS_CODES, type StatusCode, type StatusFinding } from './report.ts';

/** `name`: of its type or table. */
export function finding(
  code: StatusCode,
  message: string,
  { name = null, examples = [] }: { readonly name?: string | null; readonly examples?: readonly string[] } = {},
): StatusFinding {
  return { code, severity: STATUS_CODES[code], name, message, examples };
}
