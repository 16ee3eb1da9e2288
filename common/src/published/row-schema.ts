// How a kind of row is described: plain data, from which the validator, the plan and the tests' models are made.

/**
 * The JSON a field may hold. `time`: an instant as text or number (see event-time.ts), judged here by its kind alone.
 * `integer`: a number written without fraction and exponent, of any length. `aliases`: objects with the strings `id` and
 * `tag`.
 */
export type FieldType = 'time' | 'string' | 'integer' | 'boolean' | 'object' | 'integers' | 'strings' | 'aliases';

export type Field = {
  readonly name: string;
  readonly type: FieldType;
  /** A required field is there and is not null; any other may be absent or null. */
  readonly required: boolean;
  readonly doc: string;
};

export type RowSchema = {
  /** Events are stored in a folder per hour, a snapshot has no date folders. */
  readonly kind: 'events' | 'snapshot';
  /** The field that says whose the row is. */
  readonly workspaceField: string;
  /** Rows may have more fields than these. */
  readonly fields: readonly Field[];
};

export function required(name: string, type: FieldType, doc: string): Field {
  return { name, type, required: true, doc };
}

export function optional(name: string, type: FieldType, doc: string): Field {
  return { name, type, required: false, doc };
}
