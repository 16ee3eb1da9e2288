// What each connector does in S3, as a list of uses: the one description from which permissions, policies, the rehearsal
// and the setup page are derived. Pure, and made of a few fields of the config.
import type { Connection, Credentials } from '../../s3/connection/config.ts';
import type { Operation } from '../../s3/address/operation.ts';
import type { WriteHeaders } from '../../s3/write.ts';

export type Place = {
  readonly bucket: string;
  readonly region: string;
  /** Absent: AWS. */
  readonly endpoint?: string;
  /** The account that owns the bucket, 12 digits. Absent: not known. */
  readonly owner?: string;
  /** The role that is assumed for it all. */
  readonly role?: { readonly arn: string; readonly externalId?: string };
};

/** What of a connection matters for permissions: no secret of it. */
export function placeOf({ bucket, region, endpoint, expectedBucketOwner, credentials }: Connection): Place {
  return {
    bucket,
    region,
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(expectedBucketOwner === undefined ? {} : { owner: expectedBucketOwner }),
    ...(credentials.auth_type === 'assume_role' ? { role: roleOf(credentials) } : {}),
  };
}

function roleOf({ role_arn: arn, external_id: externalId }: Extract<Credentials, { auth_type: 'assume_role' }>) {
  return externalId === undefined || externalId === '' ? { arn } : { arn, externalId };
}

export type Use = {
  readonly operation: Operation;
  /** Below it lie the keys meant: empty for the whole bucket, or ended by a slash. */
  readonly folder: string;
  /** What a sync asks for below the folder: prefixes of a listing, else keys. */
  readonly examples: readonly string[];
  /** What goes with a write. */
  readonly headers?: WriteHeaders;
  /** `always`: no sync without it; `replacing`: only where a stream is replaced; `advice`: `check` has more to say with it. */
  readonly when: 'always' | 'replacing' | 'advice';
};

export type Access = Place & {
  readonly uses: readonly Use[];
  /** Sent with every write. */
  readonly headers?: WriteHeaders;
  /** Which syncs need conditional writes. Absent: none. */
  readonly conditions?: 'always' | 'replacing';
};

/** `prefixes`: paths below which tables lie, each empty or ended by a slash. */
export function sourceAccess({ prefixes, ...place }: Place & { readonly prefixes: readonly string[] }): Access {
  const uses = prefixes.flatMap((folder): readonly Use[] => [
    { operation: 'ListObjectsV2', folder, examples: ['', 'flights/', 'flights/day=1/'], when: 'always' },
    { operation: 'GetObject', folder, examples: ['flights/day=1/part-0.parquet'], when: 'always' },
  ]);
  return { ...place, uses };
}

/** Without what only streams need that are replaced, above all the right to delete. */
export function appendOnly(access: Access): Access {
  return { ...access, uses: access.uses.filter(({ when }) => when !== 'replacing') };
}

/** As one of several writers of a run: it reads what the others have written, and stages all its streams. */
export function inRun(access: Access): Access {
  const uses = access.uses.map((use): Use => (use.when === 'replacing' ? { ...use, when: 'always' } : use));
  return { ...access, uses, conditions: 'always' };
}

/** What the verb `status` of a destination does: it lists the prefix and reads some objects, and writes nothing. */
export function statusOnly(access: Access): Access {
  const uses = access.uses.flatMap((use): readonly Use[] => {
    if (use.operation === 'ListObjectsV2') return [{ ...use, examples: [''], when: 'always' }];
    return use.operation === 'GetObject' ? [{ ...use, when: 'always' }] : [];
  });
  return { ...access, uses };
}

export type Writing = Place & {
  /** Empty, or ended by a slash. */
  readonly prefix: string;
  readonly headers: WriteHeaders;
};

/** Appends need the write alone; a stream that is replaced is staged, copied into its place, and its old files deleted. */
export function streamingAccess(writing: Writing): Access {
  const files = [
    'type=events/year=2026/month=01/day=01/hour=00/0-0-0.jsonl.gz',
    '_rejected/type=events/0-0-0.jsonl.gz',
  ];
  return destinationAccess(writing, {
    files,
    folders: ['type=events/'],
    appends: ['PutObject'],
    conditions: 'replacing',
  });
}

/** The shapes of tables are kept in the bucket, so every run reads and lists as well. */
export function batchAccess(writing: Writing): Access {
  const files = ['data/aliases/year=2026/month=1/day=1/0-0-0.snappy.parquet', '_schemas/aliases.json'];
  const appends = ['PutObject', 'GetObject', 'ListObjectsV2'] as const;
  return destinationAccess(writing, { files, folders: ['data/aliases/'], appends, conditions: 'always' });
}

type Layout = {
  readonly files: readonly string[];
  readonly folders: readonly string[];
  /** What a run does that replaces nothing. */
  readonly appends: readonly Operation[];
  readonly conditions: NonNullable<Access['conditions']>;
};

function destinationAccess(writing: Writing, { files, folders, appends, conditions }: Layout): Access {
  const { prefix: folder, headers, ...place } = writing;
  const staged = [...files, '_staging/1/0-0-0', '_manifests/events/latest.json', '_runs/1/parts/0.json'];
  const use = (operation: Operation, examples: readonly string[]): Use => {
    const when = appends.includes(operation) ? 'always' : 'replacing';
    return { operation, folder, examples, when, headers };
  };
  const uses = [
    use('PutObject', staged),
    use('GetObject', staged),
    use('CopyObject', staged),
    use('ListObjectsV2', [...folders, '_staging/', '_manifests/', '_runs/']),
    use('DeleteObjects', staged),
    { operation: 'GetPublicAccessBlock', folder: '', examples: [], when: 'advice' } as const,
  ];
  return { ...place, uses, headers, conditions };
}
