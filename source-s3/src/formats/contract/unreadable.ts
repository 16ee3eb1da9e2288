// The error for a file that is damaged or not of its table's format.
import { ConnectorError } from '@s3-connectors/common/protocol/errors.ts';

export function unreadable({ key }: { readonly key: string }, why: string, cause?: unknown): ConnectorError {
  const text = `"${key}" cannot be read: ${why}. Replace or remove the file.`;
  return new ConnectorError('FILE_UNREADABLE', text, { cause });
}
