// The uses of S3 of each connector. Permissions, policies, the rehearsal and the setup page follow from this one description.
// Pure, and made from a few fields of the config.
import type { Connection } from '../../s3/connection/config.ts';
import type { Operation } from '../../s3/address/operation.ts';
import type { WriteHeaders } from '../../s3/write.ts';

export type BucketPlace = {
  readonly bucket: string;
  readonly region: string;
  /** Absent: AWS. */
  readonly endpoint?: string | undefined;
  /** The account that owns the bucket, 12 digits. Absent: not known. */
  readonly owner?: string | undefined;
  /** The role that the connector assumes. */
  readonly role?: { readonly arn: string; readonly externalId?: string | undefined };
};

/** The parts of a connection that matter for permissions, without secrets. */
export function placeOf({ bucket, region, endpoint, expectedBucketOwner, credentials }: Connection): BucketPlace {
  const place = { bucket, region, endpoint, owner: expectedBucketOwner };
  if (credentials.auth_type !== 'assume_role') return place;
  const { role_arn: arn, external_id: externalId } = credentials;
  return { ...place, role: { arn, externalId: externalId === '' ? undefined : externalId } };
}

export type Use = {
  readonly operation: Operation;
  /** The folder of the keys: empty for the entire bucket, or ended by a slash. */
  readonly folder: string;
  /** Examples below the folder: prefixes for a listing, otherwise keys. */
  readonly examples: readonly string[];
  /** The headers of a write. */
  readonly headers?: WriteHeaders;
  /** `always`: every sync needs it. `replacing`: only replaced streams need it. `advice`: only `check` uses it. */
  readonly when: 'always' | 'replacing' | 'advice';
};

export type Access = BucketPlace & {
  readonly uses: readonly Use[];
  /** Sent with every write. */
  readonly headers?: WriteHeaders;
  /** Which syncs need conditional writes. Absent: none. */
  readonly conditions?: 'always' | 'replacing';
};

/** `prefixes`: the paths of the tables, each empty or ended by a slash. */
export function sourceAccess({ prefixes, ...place }: BucketPlace & { readonly prefixes: readonly string[] }): Access {
  const uses = prefixes.flatMap((folder): readonly Use[] => [
    { operation: 'ListObjectsV2', folder, examples: ['', 'flights/', 'flights/day=1/'], when: 'always' },
    { operation: 'GetObject', folder, examples: ['flights/day=1/part-0.parquet'], when: 'always' },
  ]);
  return { ...place, uses };
}

/** Without the uses that only replaced streams need, such as deletes. */
export function appendOnly(access: Access): Access {
  return { ...access, uses: access.uses.filter(({ when }) => when !== 'replacing') };
}

/** The access of one of several writers of a run, which reads the others' files and stages all its streams. */
export function inRun(access: Access): Access {
  const uses = access.uses.map((use): Use => (use.when === 'replacing' ? { ...use, when: 'always' } : use));
  return { ...access, uses, conditions: 'always' };
}

/** The access of a destination's verb `status`: it lists the prefix and reads some objects, and writes nothing. */
export function statusOnly(access: Access): Access {
  const uses = access.uses.flatMap((use): readonly Use[] => {
    if (use.operation === 'ListObjectsV2') return [{ ...use, examples: [''], when: 'always' }];
    return use.operation === 'GetObject' ? [{ ...use, when: 'always' }] : [];
  });
  return { ...access, uses };
}

export type Writing = BucketPlace & {
  /** Empty, or ended by a slash. */
  readonly prefix: string;
  readonly headers: WriteHeaders;
};

/** Appends need only writes. A replaced stream is staged and copied to its place, and its old files are deleted. */
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

/** The schemas of tables are stored in the bucket, so every run also reads and lists. */
export function batchAccess(writing: Writing): Access {
  const files = ['data/aliases/year=2026/month=1/day=1/0-0-0.snappy.parquet', '_schemas/aliases.json'];
  const appends = ['PutObject', 'GetObject', 'ListObjectsV2'] as const;
  return destinationAccess(writing, { files, folders: ['data/aliases/'], appends, conditions: 'always' });
}

type Layout = {
  readonly files: readonly string[];
  readonly folders: readonly string[];
  /** The operations of a run that only appends. */
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
