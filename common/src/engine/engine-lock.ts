// What the query engine may touch, whatever is asked of it: files in one folder. No other file, no network, no extension, and
// no way to change that afterwards. Pure: settings for both engines; none of it loads the engine.
import { literal } from '../columns/sql.ts';

/** What an instance is opened with. */
export const closedEngine = {
  autoinstall_known_extensions: 'false',
  autoload_known_extensions: 'false',
  allow_community_extensions: 'false',
  allow_persistent_secrets: 'false',
} as const;

type Lock = {
  /** The only folder whose files can be read and written. */
  readonly directory: string;
  /** Settings that can still be changed. */
  readonly changeable: readonly string[];
};

/** To be run in this order on the first connection, before all others are made: they inherit the time zone. */
export function lockSql({ directory, changeable }: Lock): readonly string[] {
  return [
    "SET GLOBAL TimeZone = 'UTC'",
    `SET allowed_directories = [${literal(directory)}]`,
    'SET enable_external_access = false',
    `SET allowed_configs = [${changeable.map(literal).join(', ')}]`,
    'SET lock_configuration = true',
  ];
}
