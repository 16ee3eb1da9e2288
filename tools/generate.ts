// The committed files that are generated from code: each connector's spec.json, the settings in its README and in docs/how-to/feed-kafka.md,
// its definition for Meltano, docs/reference/errors.md, docs/reference/formats.md, the setup page, and the page of benchmarks.
// `npm run build` writes them, and a test compares them.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { ERROR_CODES, type FailureType } from '@s3-connectors/common/protocol/codes/error-codes.ts';
import type { ConnectorSpecification, JsonObject } from '@s3-connectors/common/protocol/messages.ts';

import { filesOfResults } from './bench/report/store.ts';
import { formatsPage } from './generate-formats.ts';
import { meltanoPlugin } from './generate-meltano.ts';
import { withMetrics } from './generate-metrics.ts';
import { withSettings } from './generate-readme.ts';
import { setupPage } from './generate-setup-page.ts';
import { markdownTable } from './markdown-table.ts';

/** Each has a package of the same name, with src/main.ts (the executable) and src/connector.ts (the connector). */
export const connectorNames = ['source-s3', 'destination-s3-streaming', 'destination-s3-batch'] as const;
export type ConnectorName = (typeof connectorNames)[number];

/** The Singer program in the same dist/: its name and its entry. */
export const singerFaces = {
  'source-s3': { name: 'tap-s3-tables', entry: 'tap.ts' },
  'destination-s3-streaming': { name: 'target-s3-streaming', entry: 'target.ts' },
  'destination-s3-batch': { name: 'target-s3-batch', entry: 'target.ts' },
} as const satisfies Readonly<Record<ConnectorName, { readonly name: string; readonly entry: string }>>;
/** Other programs of a package, with their own config, image and licences. */
export const programs = {
  'feed-kafka': { owner: 'destination-s3-streaming', entry: 'feed-kafka.ts' },
} as const satisfies Readonly<Record<string, { readonly owner: ConnectorName; readonly entry: string }>>;
export type ProgramName = keyof typeof programs;
export const programNames = Object.keys(programs) as ProgramName[];

export type ExecutableName = ConnectorName | (typeof singerFaces)[ConnectorName]['name'];

export const repository = 'https://github.com/s3-connectors/s3-connectors';

type Described = { readonly name: string; readonly spec: ConnectorSpecification };

/** The connector that the package's src/connector.ts exports. @throws Error if it exports no connector. */
export async function loadConnector(name: ConnectorName): Promise<Described> {
  const module = (await import(`../${name}/src/connector.ts`)) as Readonly<Record<string, unknown>>;
  const connector = Object.values(module).find((value) => isDescribed(value) && value.name === name);
  if (!isDescribed(connector))
    throw new Error(`${name}/src/connector.ts exports no connector with the name "${name}".`);
  return connector;
}

function isDescribed(value: unknown): value is Described {
  return typeof value === 'object' && value !== null && 'name' in value && 'spec' in value;
}

/** Path below the repository's root → text. */
export async function generatedFiles(): Promise<ReadonlyMap<string, string>> {
  const files = new Map([
    ['docs/reference/errors.md', errorsPage()],
    ['docs/reference/formats.md', formatsPage()],
    ['docs/setup/index.html', await setupPage()],
    ['docs/how-to/feed-kafka.md', await queuesPage()],
    ['docs/reference/metrics.md', withMetrics(await textOf('docs/reference/metrics.md'))],
    ...(await filesOfResults()),
  ]);
  for (const name of connectorNames) {
    const { spec } = await loadConnector(name);
    files.set(`${name}/spec.json`, `${JSON.stringify(spec, null, 2)}\n`);
    const { name: singer } = singerFaces[name];
    const { title: label } = spec.connectionSpecification as { readonly title: string };
    const readme = await textOf(`${name}/README.md`);
    files.set(`${name}/README.md`, withSettings(readme, spec.connectionSpecification));
    files.set(
      `meltano/${singer}.yml`,
      meltanoPlugin({ name: singer, label, repository }, spec.connectionSpecification),
    );
  }
  return files;
}

function textOf(path: string): Promise<string> {
  return readFile(join(import.meta.dirname, '..', path), 'utf8');
}

/** docs/how-to/feed-kafka.md with the settings of `feed-kafka` that its destination does not have. */
async function queuesPage(): Promise<string> {
  const { feedKafka } = await import('../destination-s3-streaming/src/kafka/connector.ts');
  const { properties } = feedKafka.spec.connectionSpecification as { readonly properties: JsonObject };
  return withSettings(await textOf('docs/how-to/feed-kafka.md'), {
    properties: { kafka: properties['kafka'] ?? null },
    required: ['kafka'],
  });
}

const headings: Readonly<Record<FailureType, string>> = {
  config_error: 'You can fix it (`config_error`)',
  transient_error: 'Time can fix it (`transient_error`)',
  system_error: 'A program must be fixed (`system_error`)',
};

/** docs/reference/errors.md from the table of codes. */
function errorsPage(): string {
  const sections = Object.entries(headings).map(([failureType, heading]) => {
    const rows = Object.entries(ERROR_CODES)
      .filter(([, entry]) => entry.failureType === failureType)
      .map(([code, { cause, remedy }]) => [`\`${code}\``, cause, remedy]);
    return `## ${heading}\n\n${markdownTable([['Code', 'Cause', 'Remedy'], ...rows])}\n`;
  });
  return `# Errors

A run that fails prints a TRACE message of the type ERROR. Its \`message\` names the object and what to change, its
\`internal_message\` begins with one of the codes below, and its \`failure_type\` shows who can act. \`check\` answers a
\`config_error\` with CONNECTION_STATUS FAILED instead, and exits with 0. On standard error the code is in brackets.

${sections.join('\n')}`;
}
