import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import {
  bucketProblem,
  endpointProblem,
  isAwsEndpoint,
  partitionOf,
  regionProblem,
} from '@s3-connectors/common/s3/address/address.ts';

suite('a bucket’s name', () => {
  for (const name of [
    'publisher-data',
    'abc',
    'a.b.c',
    'data-2026',
    'Legacy_Bucket',
    'name-s3alias',
    'name--ol-s3',
    'name--op-s3',
    'my-ap-hrzrl--ol-s3',
  ]) {
    test(`"${name}" is one`, () => assert.equal(bucketProblem(name), undefined));
  }
  const refused = [
    ['', /is empty/],
    [' data', /write "data"/],
    ['s3://data', /not a bucket’s name: write "data"$/],
    ['s3://data/', /write "data"$/],
    ['r2://data', /^is an address, not a bucket’s name: write "data"$/],
    ['S3://data/raw', /write "data"; the path "raw" belongs/],
    ['s3+http://data', /write "data"$/],
    ['s3a://data/raw/events', /write "data"; the path "raw\/events" belongs/],
    ['data/raw', /is a path, .*write "data"; the path "raw" belongs/],
    ['/data', /write "data"$/],
    ['arn:aws:s3:::data', /is an ARN, .*write "data"$/],
    ['arn:aws:s3:::data/*', /write "data"$/],
    [
      'arn:aws:s3:eu-west-1:123456789012:accesspoint/ap',
      /write its alias \(it ends in -s3alias\) or the bucket’s name$/,
    ],
    ['https://data.s3.eu-west-1.amazonaws.com/raw/', /is an address, .*write "data"; the path "raw"/],
    ['https://s3.eu-west-1.amazonaws.com/data', /write "data"$/],
    ['data--use1-az4--x-s3', /directory bucket/],
    [
      'gs://data/raw',
      /Google Cloud Storage: write "data", set "endpoint" to "https:\/\/storage\.googleapis\.com".*HMAC/,
    ],
    ['abfss://c@account.dfs.core.windows.net/x', /another storage \("abfss"\), which does not support S3/],
    ['arn:aws:s3-object-lambda:eu-west-1:123456789012:accesspoint/ap', /Object Lambda .*--ol-s3/],
    ['arn:aws:s3-outposts:eu-west-1:123456789012:outpost/op-1/accesspoint/ap', /Outposts, which is not supported/],
    ['arn:aws:s3::123456789012:accesspoint/mfzwi23gnjvgw.mrap', /Multi-Region .*one of its buckets/],
    ['mfzwi23gnjvgw.mrap', /Multi-Region/],
    ['https://mfzwi23gnjvgw.mrap.accesspoint.s3-global.amazonaws.com/a', /Multi-Region/],
    ['arn:aws:s3express:us-east-1:123456789012:bucket/b--use1-az4--x-s3', /directory bucket/],
    ['s3://key:canary@data', /is an address, not a bucket’s name: write only the name$/],
    ['gs://key:canary@data', /Google Cloud Storage: write only the name, set/],
    ['ab', /3 to 63/],
    ['da ta', /3 to 63/],
    ['-data', /3 to 63/],
    ['a..b', /3 to 63/],
  ] as const;
  for (const [text, remedy] of refused) {
    test(`"${text}" is refused with the remedy`, () => assert.match(bucketProblem(text) ?? '', remedy));
  }
});

suite('a region', () => {
  for (const name of [
    'eu-central-1',
    'us-gov-west-1',
    'cn-north-1',
    'ap-southeast-5',
    'eusc-de-east-1',
    'us-iso-east-1',
  ]) {
    test(`"${name}" is one`, () => assert.equal(regionProblem(name, undefined), undefined));
  }
  const refused = [
    ['', /is empty/],
    ['EU', /write "eu-west-1"/],
    ['us', /write "us-east-1"/],
    ['US Standard', /write "us-east-1"/],
    ['EU (Frankfurt)', /write one such as/],
    ['Frankfurt', /write "eu-central-1"/],
    ['EU-CENTRAL-1', /write "eu-central-1"/],
    ['eu_central_1', /write "eu-central-1"/],
    ['eu-central-1b', /write "eu-central-1"/],
    ['eu-central-1 ', /write "eu-central-1"/],
    ['s3.eu-west-3.amazonaws.com', /write "eu-west-3"/],
    ['auto', /set "endpoint" too/],
  ] as const;
  for (const [text, remedy] of refused) {
    test(`"${text}" is refused with the remedy`, () => assert.match(regionProblem(text, undefined) ?? '', remedy));
  }

  test('may have any name at a storage that is not AWS', () => {
    assert.equal(regionProblem('auto', 'https://storage.example.com'), undefined);
    assert.match(regionProblem('auto', 'https://s3.eu-west-1.amazonaws.com') ?? '', /not an AWS region/);
    for (const text of ['https://storage.example.com', 'a/b', 'a.b', 'a\nb', '-a', 'a'.repeat(64)])
      assert.match(regionProblem(text, 'https://storage.example.com') ?? '', /^is not a region: .*"auto"/u, text);
  });

  test('belongs to a partition', () => {
    const partitions = ['cn-north-1', 'us-gov-east-1', 'eusc-de-east-1', 'eu-west-1'].map(partitionOf);
    assert.deepEqual(partitions, ['aws-cn', 'aws-us-gov', 'aws-eusc', 'aws']);
  });
});

suite('an endpoint', () => {
  for (const url of [
    'https://storage.example.com',
    'https://h:9000/',
    'http://127.0.0.1:9000',
    'http://localhost:1',
    'http://[::1]:1',
  ]) {
    test(`"${url}" is one`, () => assert.equal(endpointProblem(url, false), undefined));
  }
  const refused = [
    ['minio:9000', /needs a scheme: write "https:\/\/minio:9000"/],
    ['localhost:9000', /write "http:\/\/localhost:9000"/],
    ['s3://storage', /write "https:\/\/storage"/],
    ['https://h/path', /has a path: write "https:\/\/h"/],
    ['https://h?x=1', /query/],
    ['https://data.h.example', /contains the bucket: write "https:\/\/h.example"/],
    ['http://storage.example.com', /not encrypted: write "https:\/\/storage.example.com", or set "allow_http"/],
    ['http://127.0.0.1.example.com', /not encrypted/],
  ] as const;
  for (const [text, remedy] of refused) {
    test(`"${text}" is refused with the remedy`, () =>
      assert.match(endpointProblem(text, false, 'data') ?? '', remedy));
  }

  test('may be http when that is allowed', () => assert.equal(endpointProblem('http://storage', true), undefined));

  test('with a password in it is refused without repeating the password', () => {
    const problem = endpointProblem('https://user:hunter2@h', false) ?? '';
    assert.match(problem, /"credentials"/);
    assert.doesNotMatch(problem, /hunter2/);
  });

  test('is AWS’s own only below its domains', () => {
    const own = ['https://s3.eu-west-1.amazonaws.com', 'https://b.s3.cn-north-1.amazonaws.com.cn'].map(isAwsEndpoint);
    const others = ['https://amazonaws.com.example.com', 'https://storage.example.com', 'nonsense'].map(isAwsEndpoint);
    assert.deepEqual(
      [own, others],
      [
        [true, true],
        [false, false, false],
      ],
    );
  });
});

suite('an endpoint of AWS itself', () => {
  const hosts = [
    's3.dualstack.eu-west-1.amazonaws.com',
    's3-fips.us-east-1.amazonaws.com',
    's3-fips.dualstack.us-gov-west-1.amazonaws.com',
    'bucket.vpce-1a2b3c4d-5e6f.s3.us-east-1.vpce.amazonaws.com',
    's3-accelerate.amazonaws.com',
  ];
  for (const host of hosts) {
    test(`is one in any of its forms: ${host}`, () => {
      assert.equal(endpointProblem(`https://${host}`, false, 'data'), undefined);
      assert.equal(isAwsEndpoint(`https://${host}`), true);
    });
  }
});
