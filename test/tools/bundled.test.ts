// What is passed on with a bundle: the licences of all that it holds, and its bill of materials.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { suite, test } from 'node:test';

import { allowedLicenses, bundledPackages } from '../../tools/bundled.ts';
import { connectorNames } from '../../tools/generate.ts';
import { buildOnce } from '../support/build-once.ts';

type Component = {
  readonly name: string;
  readonly version: string;
  readonly purl: string;
  readonly licenses: readonly { readonly license: { readonly id: string } }[];
  readonly hashes?: readonly { readonly alg: string; readonly content: string }[];
  readonly properties: readonly { readonly value: string }[];
};
type Bill = {
  readonly bomFormat: string;
  readonly specVersion: string;
  readonly serialNumber: string;
  readonly components: readonly Component[];
};

/** By its own source map: the packages whose files are in the program. */
async function packagesIn(program: string): Promise<readonly string[]> {
  const map = JSON.parse(await readFile(`${program}.map`, 'utf8')) as { readonly sources: readonly string[] };
  const names = map.sources.flatMap((source) => /node_modules\/((?:@[^/]+\/)?[^/]+)/u.exec(source)?.[1] ?? []);
  return [...new Set(names)].sort();
}

for (const name of connectorNames) {
  suite(`beside ${name}`, () => {
    test('the bill of materials has every bundled package with version, licence and hash, and the engine that is not bundled', async () => {
      const program = await buildOnce(name);
      const bill = JSON.parse(await readFile(join(dirname(program), 'sbom.cdx.json'), 'utf8')) as Bill;
      assert.deepEqual([bill.bomFormat, bill.specVersion], ['CycloneDX', '1.6']);
      assert.match(bill.serialNumber, /^urn:uuid:[\da-f]{8}-[\da-f]{4}-8[\da-f]{3}-8[\da-f]{3}-[\da-f]{12}$/u);
      const bundled = bill.components.filter(({ properties }) => properties[0]?.value === 'bundled');
      const listed = new Set(bundled.map((one) => one.name));
      const metrics = join(dirname(program), 'metrics.mjs');
      for (const used of [...(await packagesIn(program)), ...(await packagesIn(metrics))])
        assert.ok(listed.has(used), used);
      for (const { name: component, purl, version, licenses, hashes } of bill.components) {
        assert.equal(purl, `pkg:npm/${component.replace('@', '%40')}@${version}`);
        assert.ok(allowedLicenses.has(licenses[0]?.license.id ?? ''), component);
        assert.match(hashes?.[0]?.content ?? '', /^[\da-f]{128}$/u, component);
      }
      assert.equal(new Set(bill.components.map(({ purl }) => purl)).size, bill.components.length);
      const engine = bill.components.some((one) => one.name === '@duckdb/node-bindings-linux-x64');
      assert.equal(engine, name !== 'destination-s3-streaming');
    });

    test('LICENSES.txt has the text of the licence of each of them', async () => {
      const program = await buildOnce(name);
      const texts = await readFile(join(dirname(program), 'LICENSES.txt'), 'utf8');
      const metrics = join(dirname(program), 'metrics.mjs');
      for (const used of [...(await packagesIn(program)), ...(await packagesIn(metrics))]) {
        const at = texts.indexOf(`${used} `);
        assert.ok(at >= 0, used);
        assert.match(
          texts.slice(at, at + 2000),
          /Permission is hereby granted|Apache License|Permission to use, copy/u,
          used,
        );
      }
    });
  });
}

test('a package whose licence is not on the list stops the build by its name', async () => {
  const input = 'node_modules/@cloud-copilot/iam-simulate/dist/esm/index.js';
  await assert.rejects(
    bundledPackages([input]),
    /The licence of @cloud-copilot\/iam-simulate .*AGPL.* is not on the list/u,
  );
});
