// Checks a bucket name, a region, an endpoint. Each function returns the mistake and what to write instead, in words that follow
// the name of the field, or undefined. Pure: it sends no request.

const regionForm = /^[a-z]{2,4}(-[a-z]+)+-\d{1,2}$/u;
const bucketForm = /^[A-Za-z0-9][A-Za-z0-9._-]{1,253}[A-Za-z0-9]$/u;

/** Common names of regions, in lower case and without punctuation. */
const regionNicknames: Readonly<Record<string, string>> = {
  eu: 'eu-west-1',
  europe: 'eu-west-1',
  us: 'us-east-1',
  usa: 'us-east-1',
  usstandard: 'us-east-1',
  useast: 'us-east-1',
  uswest: 'us-west-2',
  euwest: 'eu-west-1',
  eucentral: 'eu-central-1',
  frankfurt: 'eu-central-1',
  ireland: 'eu-west-1',
  london: 'eu-west-2',
  paris: 'eu-west-3',
  stockholm: 'eu-north-1',
};

/** Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html; old names may have capitals and `_`. */
export function bucketProblem(text: string): string | undefined {
  if (text.trim() !== text) return `has a space or line end around it: write "${text.trim()}"`;
  if (text === '') return 'is empty: write the name of the bucket';
  const named = bucketInAddress(text);
  if (named !== undefined) return named;
  if (bucketForm.test(text) && !text.includes('..')) return undefined;
  return 'is not the name of a bucket: write 3 to 63 lower-case letters, digits, hyphens and dots, with a letter or digit at both ends';
}

type Door = readonly [form: RegExp, remedy: string | ((text: string) => string)];

/** Addresses of data that are not a bucket's name, each with its remedy. */
const otherDoors: readonly Door[] = [
  [
    /^gs:\/\//u,
    (text) =>
      `is an address of Google Cloud Storage: write ${onlyName(text.slice(5).split('/')[0])}, set "endpoint" to "https://storage.googleapis.com" and use an HMAC key`,
  ],
  [
    /^(?:abfss?|wasbs?|az|azure|adl|hdfs|oss|obs|cosn?|swift):\/\//u,
    (text) =>
      `is an address of another storage ("${text.split(':')[0]}"), which does not support S3: copy the data to a bucket`,
  ],
  [
    /^arn:[^:]*:s3-object-lambda:/u,
    'is an Object Lambda access point’s ARN: write its alias (it ends in --ol-s3), or the bucket’s name to read the objects as they are stored',
  ],
  [
    /^arn:[^:]*:s3-outposts:/u,
    'is an ARN of S3 on Outposts, which is not supported: copy the data to a bucket in a region',
  ],
  [
    /^arn:[^:]*:s3::[^:]*:accesspoint[/:][^/]+\.mrap(?:\/|$)|\.mrap$|\.mrap\.accesspoint\./u,
    'is a Multi-Region Access Point, which is not supported: write the name of one of its buckets, and set that bucket’s region',
  ],
  [
    /^arn:[^:]*:s3:[^:]+:[^:]*:accesspoint/u,
    'is an access point’s ARN: write its alias (it ends in -s3alias) or the bucket’s name',
  ],
  [
    /^arn:[^:]*:s3express:|^(?!arn:)[^/]*--x-s3$/u,
    'is a directory bucket (S3 Express One Zone), whose listings are not sorted: use a general purpose bucket',
  ],
];

/** The mistake in a text with more than the name: s3://…, an ARN, a URL, a path. */
function bucketInAddress(text: string): string | undefined {
  const remedyOf = otherDoors.find(([form]) => form.test(text))?.[1];
  if (remedyOf !== undefined) return typeof remedyOf === 'string' ? remedyOf : remedyOf(text);
  const arn = /^arn:[^:]*:s3:[^:]*:[^:]*:(.*)$/u.exec(text)?.[1];
  const address = /^[a-z][\w+.-]*:\/\/(.*)$/iu.exec(text)?.[1];
  const rest = arn ?? (/^https?:/iu.test(text) ? fromUrl(text) : address);
  if (rest === undefined && !text.includes('/')) return undefined;
  const [name = '', ...path] = (rest ?? text).split('/').filter((part) => part !== '');
  const kind = arn !== undefined ? 'an ARN' : address !== undefined ? 'an address' : 'a path';
  const folder = path.filter((part) => part !== '*').join('/');
  const remedy = folder === '' ? '' : `; the path "${folder}" belongs to the field for the prefix`;
  return `is ${kind}, not a bucket’s name: write ${onlyName(name)}${remedy}`;
}

/** Quoted only if it can be one: an address can contain a key and its secret. */
function onlyName(name = ''): string {
  return bucketForm.test(name) ? `"${name}"` : 'only the name';
}

/** `bucket/path` of an S3 web address, virtual-host or path style. */
function fromUrl(text: string): string | undefined {
  if (!URL.canParse(text)) return undefined;
  const { hostname, pathname } = new URL(text);
  const bucket = /^(.+)\.s3[.-].*amazonaws\.com(\.cn)?$/u.exec(hostname)?.[1];
  return bucket === undefined ? pathname : `${bucket}${pathname}`;
}

/** Empty: any owner. */
export function ownerProblem(text: string): string | undefined {
  if (/^(\d{12})?$/u.test(text)) return undefined;
  return 'is not an account: write the 12 digits of the AWS account that owns the bucket';
}

/** An endpoint that is not AWS accepts any name (`auto`, `garage`). AWS requires a specific region. */
export function regionProblem(text: string, endpoint: string | undefined): string | undefined {
  if (text.trim() === '') return 'is empty: write the region of the bucket, such as "eu-central-1"';
  if (text.trim() !== text) return `has a space or line end around it: write "${text.trim()}"`;
  if (endpoint !== undefined && !isAwsEndpoint(endpoint)) {
    if (/^(?!-)[A-Za-z\d-]{1,63}(?<!-)$/u.test(text)) return undefined;
    return 'is not a region: write what the storage documents, in letters, digits and hyphens, such as "auto" or "us-east-1"';
  }
  if (regionForm.test(text)) return undefined;
  const meant = regionMeant(text);
  if (meant !== undefined)
    return `is not a specific region: write "${meant}" (the bucket’s properties in the AWS console show it)`;
  return `"${text}" is not an AWS region: write one such as "eu-central-1"; for a storage other than AWS, set "endpoint" too`;
}

function regionMeant(text: string): string | undefined {
  const plain = text.toLowerCase().replaceAll(/[\s_]+/gu, '-');
  const inside = /[a-z]{2,4}(?:-[a-z]+)+-\d{1,2}/u.exec(plain)?.[0]; // EU_CENTRAL_1, eu-central-1a, s3.eu-central-1.amazonaws.com
  return inside ?? regionNicknames[plain.replaceAll(/[^a-z]/gu, '')];
}

export function endpointProblem(text: string, allowHttp: boolean, bucket?: string): string | undefined {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !/^https?:$/u.test(url.protocol)) {
    const host = text.replace(/^\w+:\/\//u, '').trim();
    const scheme = isLoopback(host.replace(/:\d+$/u, '')) ? 'http' : 'https';
    return `needs a scheme: write "${scheme}://${/^[\w.-]+(:\d+)?$/u.test(host) ? host : 'host:port'}"`;
  }
  if (url.username !== '' || url.password !== '')
    return 'contains a user name or password: put keys into "credentials"';
  if (url.search !== '' || url.hash !== '') return `has a query or fragment: write "${url.origin}"`;
  if (url.pathname !== '/') return `has a path: write "${url.origin}"; bucket and prefix have their own fields`;
  if (bucket !== undefined && url.hostname.startsWith(`${bucket}.`)) {
    return `contains the bucket: write "${url.origin.replace(`//${bucket}.`, '//')}"`;
  }
  if (url.protocol === 'http:' && !allowHttp && !isLoopback(url.hostname)) {
    return `is not encrypted: write "https://${url.host}", or set "allow_http" to true if the network is trusted`;
  }
  return undefined;
}

/** This machine, by a name or address that cannot resolve elsewhere. */
function isLoopback(hostname: string): boolean {
  return /^(localhost|.*\.localhost|127(\.\d{1,3}){3}|\[::1\])$/u.test(hostname);
}

/** AWS itself, VPC and FIPS endpoints included. */
export function isAwsEndpoint(endpoint: string): boolean {
  return URL.canParse(endpoint) && /\.amazonaws\.(com(\.cn)?|eu)$/u.test(new URL(endpoint).hostname);
}

/** The first part of ARNs: IAM's partition of a region. */
export function partitionOf(region: string): 'aws' | 'aws-cn' | 'aws-us-gov' | 'aws-eusc' {
  if (region.startsWith('cn-')) return 'aws-cn';
  if (region.startsWith('us-gov-')) return 'aws-us-gov';
  return region.startsWith('eusc-') ? 'aws-eusc' : 'aws';
}

/** The end of S3's host names in a region. Source: https://docs.aws.amazon.com/general/latest/gr/s3.html */
export function domainOf(region: string): string {
  const domains = { 'aws-cn': 'amazonaws.com.cn', 'aws-eusc': 'amazonaws.eu', aws: undefined, 'aws-us-gov': undefined };
  return domains[partitionOf(region)] ?? 'amazonaws.com';
}
