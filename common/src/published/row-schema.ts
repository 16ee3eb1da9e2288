// The schema of a kind of row: plain data for the validator, the plan and the tests' models.

/**
 * The JSON type of a field. `time`: an instant as text or number (see event-time.ts), of which only the kind is checked here.
 * `integer`: a number written without fraction and exponent, of any length. `aliases`: objects with the strings `id` and
 * `tag`.
 */
export type PublishedFieldType =
  | 'time'
  | 'string'
  | 'integer'
  | 'boolean'
  | 'object'
  | 'integers'
  | 'strings'
  | 'aliases';

type Field = {
  readonly name: string;
  readonly type: PublishedFieldType;
  /** A required field is present and not null. Other fields may be absent or null. */
  readonly required: boolean;
  readonly doc: string;
};

export type RowSchema = {
  /** Events are stored in a folder for each hour. A snapshot has no date folders. */
  readonly kind: 'events' | 'snapshot';
  /** The field with the owner of the row. */
  readonly workspaceField: string;
  /** Rows may have more fields than these. */
  readonly fields: readonly Field[];
};

export function required(name: string, type: PublishedFieldType, doc: string): Field {
  return { name, type, required: true, doc };
}

export function optional(name: string, type: PublishedFieldType, doc: string): Field {
  return { name, type, required: false, doc };
}
