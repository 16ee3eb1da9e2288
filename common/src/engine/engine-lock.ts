// Locks the query engine to the files in one folder: no other file, no network, no extension, and no way to change that later.
// Pure: settings for both engines, without loading the engine.
import { literal } from '../columns/sql.ts';

/** The options of a new instance. */
export const closedEngine = {
  autoinstall_known_extensions: 'false',
  autoload_known_extensions: 'false',
  allow_community_extensions: 'false',
  allow_persistent_secrets: 'false',
} as const;

type Lock = {
  /** The only folder whose files the engine can read and write. */
  readonly directory: string;
  /** Settings that can still be changed. */
  readonly changeable: readonly string[];
};

/** Run these in this order on the first connection, before any other: later connections inherit the time zone. */
export function lockSql({ directory, changeable }: Lock): readonly string[] {
  return [
    "SET GLOBAL TimeZone = 'UTC'",
    `SET allowed_directories = [${literal(directory)}]`,
    'SET enable_external_access = false',
    `SET allowed_configs = [${changeable.map(literal).join(', ')}]`,
    'SET lock_configuration = true',
  ];
}
