import assert from 'node:assert/strict';
import { suite, test } from 'node:test';

import { hostedProblems } from '@s3-connectors/common/s3/address/hosted.ts';
import { isPublicAddress } from '@s3-connectors/common/s3/address/public-address.ts';
import * as fc from 'fast-check';

type Octets = readonly [number, number, number, number];

const octet = fc.nat(255);
const some = (first: number, second: fc.Arbitrary<number> = octet, third: fc.Arbitrary<number> = octet) =>
  fc.tuple(fc.constant(first), second, third, octet);
const is = (value: number) => fc.constant(value);

/** Addresses of this machine, its network, its cloud, and such as are nobody's. */
const privateAddress: fc.Arbitrary<Octets> = fc.oneof(
  some(0),
  some(10),
  some(127),
  some(169, is(254)),
  fc.constant([169, 254, 169, 254] as const),
  fc.constant([168, 63, 129, 16] as const),
  fc.constant([100, 100, 100, 200] as const),
  some(172, fc.integer({ min: 16, max: 31 })),
  some(192, is(168)),
  some(192, is(0), is(0)),
  some(100, fc.integer({ min: 64, max: 127 })),
  some(198, fc.constantFrom(18, 19)),
  some(192, is(0), is(2)),
  some(192, is(88), is(99)),
  some(198, is(51), is(100)),
  some(203, is(0), is(113)),
  fc.tuple(fc.integer({ min: 224, max: 255 }), octet, octet, octet),
);

const number = ([a, b, c, d]: Octets): number => ((a * 256 + b) * 256 + c) * 256 + d;
const dotted = (octets: Octets): string => octets.join('.');
const hex = (value: number, digits = 1): string => value.toString(16).padStart(digits, '0');
const words = ([a, b, c, d]: Octets): string => `${hex(a * 256 + b)}:${hex(c * 256 + d)}`;

/** Every way to write the address in a URL that people have used to get past a filter. */
const spellings: readonly ((octets: Octets) => string)[] = [
  dotted,
  (octets) => `${dotted(octets)}.`,
  (octets) => String(number(octets)),
  (octets) => `0x${hex(number(octets))}`,
  (octets) => `0${number(octets).toString(8)}`,
  (octets) => octets.map((part) => `0${part.toString(8)}`).join('.'),
  (octets) => octets.map((part) => `0x${hex(part)}`).join('.'),
  (octets) => octets.map((part) => `0X${hex(part, 8).toUpperCase()}`).join('.'),
  ([a, b, c, d]) => `${a}.${b}.${c * 256 + d}`,
  ([a, b, c, d]) => `${a}.${(b * 256 + c) * 256 + d}`,
  ([a, b, c, d]) => `0x${hex(a)}.0${b.toString(8)}.${c}.${d}`,
  (octets) => dotted(octets).replaceAll('.', '。'),
  (octets) => dotted(octets).replaceAll(/\d/gu, (digit) => String.fromCodePoint(0xff_10 + Number(digit))),
  (octets) => dotted(octets).replaceAll(/\d/gu, (digit) => `%3${digit}`),
  (octets) => `[::ffff:${dotted(octets)}]`,
  (octets) => `[::FFFF:${words(octets)}]`,
  (octets) => `[0:0:0:0:0:ffff:${words(octets)}]`,
  (octets) => `[::${dotted(octets)}]`,
  (octets) => `[64:ff9b::${dotted(octets)}]`,
  (octets) => `[64:ff9b:1::${words(octets)}]`,
  (octets) => `[2002:${words(octets)}::1]`,
  (octets) => `[2001:0:${words(octets)}::1]`,
];

const privateSix = fc.oneof(
  fc.constantFrom('[::]', '[::1]', '[0:0:0:0:0:0:0:1]', '[fd00:ec2::254]', '[fe80::1]', '[fec0::1]', '[ff02::1]'),
  fc
    .tuple(fc.constantFrom('fc', 'fd', 'fe8', 'feb', 'ff', '2001:db8:', '3fff:', '100:'), fc.nat(0xff_ff))
    .map(([start, end]) => `[${start.endsWith(':') ? start : start.padEnd(4, '0') + ':'}:${hex(end)}]`),
);

const names = fc.constantFrom(
  'localhost',
  'LOCALHOST',
  'localhost.',
  'a.localhost',
  'metadata',
  'metadata.google.internal',
  'metadata.google.internal.',
  'printer.local',
);

function refusedFields(endpoint: string): readonly string[] {
  return [...hostedProblems({ endpoint })].map(({ path }) => path.join('.'));
}

suite('in hosted mode an endpoint', () => {
  test('of an address that is not public is refused in every spelling', () => {
    const host = fc.oneof(
      { weight: 8, arbitrary: fc.tuple(privateAddress, fc.constantFrom(...spellings)).map(([at, spell]) => spell(at)) },
      { weight: 1, arbitrary: privateSix },
      { weight: 1, arbitrary: names },
    );
    const tail = fc.constantFrom('', '/', ':9000', ':443/');
    let parsed = 0;
    fc.assert(
      fc.property(fc.constantFrom('https', 'HTTPS', 'http'), host, tail, (scheme, name, rest) => {
        const endpoint = `${scheme}://${name}${rest}`;
        if (!URL.canParse(endpoint)) return; // Refused as no URL at all.
        parsed += 1;
        assert.ok(refusedFields(endpoint).includes('endpoint'), endpoint);
      }),
      { numRuns: 5000, seed: 10 },
    );
    assert.ok(parsed > 4000, `${parsed} were URLs`);
  });

  test('of a public address or name is accepted', () => {
    const other = fc.tuple(fc.integer({ min: 1, max: 223 }), octet, octet, octet).filter((octets) => {
      const [a, b, c] = octets;
      const isSpecial =
        [10, 127].includes(a) ||
        (a === 100 && b >= 64 && b < 128) ||
        (a === 169 && b === 254) ||
        (a === 168 && b === 63) ||
        (a === 172 && b >= 16 && b < 32) ||
        (a === 192 && [0, 88, 168].includes(b)) ||
        (a === 198 && [18, 19, 51].includes(b)) ||
        (a === 203 && b === 0 && c === 113);
      return !isSpecial;
    });
    fc.assert(
      fc.property(other, (octets) => {
        assert.ok(isPublicAddress(dotted(octets)), dotted(octets));
        assert.deepEqual(refusedFields(`https://${dotted(octets)}`), []);
      }),
      { numRuns: 2000, seed: 10 },
    );
    for (const endpoint of [
      'https://s3.eu-central-1.amazonaws.com',
      'https://storage.example.com:9000',
      'https://[2600:1f14::1]',
    ]) {
      assert.deepEqual(refusedFields(endpoint), [], endpoint);
    }
  });

  test('is not public if it is not an address', () => {
    for (const text of ['', 'localhost', '127.1', '0x7f.0.0.1', '::1%eth0', 'fe80::1%1', '2600::1%1', '1.2.3.4.5']) {
      assert.equal(isPublicAddress(text), false, text);
    }
  });
});
