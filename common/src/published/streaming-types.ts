// The published types of the streaming export, field by field, as Permutive's page on AWS S3 has them ("Streaming Schema").
import { optional, required, type RowSchema } from './row-schema.ts';

const events: RowSchema = {
  kind: 'events',
  workspaceField: 'project_id',
  fields: [
    required('time', 'time', 'The time of the event, published as Unix milliseconds in a string.'),
    required('event_id', 'string', 'The ID of the event, which is unique.'),
    required('user_id', 'string', 'The user.'),
    required('event_name', 'string', 'The name of the event, such as Pageview or slotclicked.'),
    required('organization_id', 'string', 'The organization.'),
    required('project_id', 'string', 'The workspace.'),
    optional('session_id', 'string', 'The session.'),
    optional('view_id', 'string', 'The page view.'),
    optional('source_url', 'string', 'The page.'),
    optional('segments', 'integers', 'The codes of the segments that the user is in.'),
    optional('properties', 'object', 'More properties of the event.'),
  ],
};

const syncAliases: RowSchema = {
  kind: 'events',
  workspaceField: 'project_id',
  fields: [
    required('time', 'time', 'The time when the identities were matched, published as Unix milliseconds in a string.'),
    required('user_id', 'string', 'The user.'),
    required('organization_id', 'string', 'The organization.'),
    required('project_id', 'string', 'The workspace.'),
    required('aliases', 'aliases', 'Other identities of the user: a value (id) and its kind (tag).'),
  ],
};

const segment: RowSchema = {
  kind: 'snapshot',
  workspaceField: 'workspace',
  fields: [
    required('id', 'string', 'The UUID of the segment.'),
    required('code', 'integer', 'The number of the segment in events.'),
    required('name', 'string', 'The display name.'),
    optional('tags', 'strings', 'Tags.'),
    optional('metadata', 'object', 'More properties of the segment.'),
    required('workspace', 'string', 'The workspace.'),
    optional('ancestors', 'strings', 'The workspaces and organizations above it.'),
    optional('workspaceState', 'string', 'The state of the workspace, such as Active or Deleted.'),
    optional('deleted', 'boolean', 'Whether the segment was deleted.'),
  ],
};

/** By the name of the type, which is also the name of its stream. */
export const streamingTypes: ReadonlyMap<string, RowSchema> = new Map([
  ['events', events],
  ['sync_aliases', syncAliases],
  ['segment', segment],
]);
