import assert from 'node:assert/strict';
import { suite, test } from 'node:test';

import { validatePolicy } from '@s3-connectors/common/permissions/validate/validate.ts';
import { parseArguments, type Verb } from '@s3-connectors/common/program/cli.ts';
import { configuredCatalogVerb } from '@s3-connectors/common/program/configured-catalog.ts';
import type { OperatorVerb } from '@s3-connectors/common/protocol/connector.ts';
import { ERROR_CODES } from '@s3-connectors/common/protocol/codes/error-codes.ts';
import { isObject, type ConnectorSpecification, type JsonValue } from '@s3-connectors/common/protocol/messages.ts';
import { batchTypes, eventTable } from '@s3-connectors/common/published/batch-types.ts';
import type { RowSchema } from '@s3-connectors/common/published/row-schema.ts';
import { streamingTypes } from '@s3-connectors/common/published/streaming-types.ts';
import { parseSingerArguments } from '@s3-connectors/common/singer/command-line.ts';

import { destinationS3Batch } from '../../destination-s3-batch/src/connector.ts';
import { destinationS3Streaming } from '../../destination-s3-streaming/src/connector.ts';
import { feedKafka } from '../../destination-s3-streaming/src/kafka/connector.ts';
import { sourceS3 } from '../../source-s3/src/connector.ts';
import { brokenPolicies, goodPolicy } from '../common/permissions/broken-policies.ts';
import { connector, streaming } from '../common/permissions/samples.ts';
import { glossaryFindings } from '../support/models/glossary.ts';

/** `where`: what a failure names. A title and a finding do not end with a full stop. */
type Text = { readonly where: string; readonly text: string; readonly form: 'sentence' | 'title' | 'finding' };

type Program = {
  readonly name: string;
  readonly version: string;
  readonly spec: ConnectorSpecification;
  readonly operatorVerbs: readonly Pick<OperatorVerb<never>, 'name' | 'describe' | 'options' | 'positionals'>[];
};

const programs: readonly Program[] = [sourceS3, destinationS3Streaming, destinationS3Batch, feedKafka];
const longestSentence = 250;

function* specTexts(node: JsonValue | undefined, where: string): Generator<Text> {
  if (Array.isArray(node)) {
    for (const [index, one] of (node as readonly JsonValue[]).entries()) yield* specTexts(one, `${where}[${index}]`);
  }
  if (!isObject(node)) return;
  const { title, description } = node;
  if (typeof title === 'string') yield { where: `${where}: title`, text: title, form: 'title' };
  if (typeof description === 'string') yield { where: `${where}: description`, text: description, form: 'sentence' };
  for (const [key, child] of Object.entries(node)) yield* specTexts(child, `${where}.${key}`);
}

function errorTexts(): readonly Text[] {
  return Object.entries(ERROR_CODES).flatMap(([code, { cause, remedy }]): readonly Text[] => [
    { where: `${code}: cause`, text: cause, form: 'sentence' },
    { where: `${code}: remedy`, text: remedy, form: 'sentence' },
  ]);
}

function fieldTexts(): readonly Text[] {
  const types: readonly (readonly [string, RowSchema])[] = [
    ...streamingTypes,
    ...Object.entries(batchTypes),
    ['events', eventTable],
  ];
  return types.flatMap(([type, { fields }]) =>
    fields.map(({ name, doc }): Text => ({ where: `${type}.${name}`, text: doc, form: 'sentence' })),
  );
}

/** The descriptions in a help text of yargs, which wraps them into a column. */
function* described(help: string, where: string): Generator<Text> {
  const entries = help.matchAll(/^ {2}(\S+(?: \S+)*)(?: {2,}|\n {4,})(.*(?:\n {4,}.*)*)/gmu);
  for (const [, name = '', column = ''] of entries) {
    const text = column.replaceAll(/\s+/gu, ' ').replace(/(?: ?\[(?:\w+|choices: .*|default: .*)\])+$/u, '');
    yield { where: `${where} --help: ${name}`, text, form: 'sentence' };
  }
}

function* operatorTexts({ name, operatorVerbs }: Program): Generator<Text> {
  const configured = configuredCatalogVerb(() => Promise.reject(new Error('not called')));
  for (const verb of name === sourceS3.name ? [...operatorVerbs, configured] : operatorVerbs) {
    const where = `${name} ${verb.name}`;
    yield { where, text: verb.describe, form: 'sentence' };
    for (const [option, { describe }] of Object.entries(verb.options ?? {})) {
      yield { where: `${where} --${option}`, text: describe, form: 'sentence' };
    }
    for (const [word, text] of Object.entries(verb.positionals ?? {})) {
      yield { where: `${where} <${word}>`, text, form: 'sentence' };
    }
  }
}

async function helpTexts(program: Program): Promise<readonly Text[]> {
  const verbs: readonly Verb[] = ['spec', 'check', 'discover', 'read', 'write'];
  const helps = [[], ...verbs.map((verb) => [verb])].map(async (words) => {
    const help = await parseArguments([...words, '--help'], { ...program, verbs });
    return [...described(help.verb === 'help' ? help.text : '', [program.name, ...words].join(' '))];
  });
  return (await Promise.all(helps)).flat();
}

async function singerTexts(kind: 'tap' | 'target'): Promise<readonly Text[]> {
  const help = await parseSingerArguments(['--help'], { name: kind, version: '0', kind });
  return [...described(help.verb === 'show' ? help.text : '', kind)];
}

function findingTexts(): readonly Text[] {
  return brokenPolicies.flatMap(([name, from, to]) => {
    const { findings } = validatePolicy(
      goodPolicy.replace(from, () => to),
      { access: streaming, principal: connector },
    );
    return findings.map(({ code, text }): Text => ({ where: `${code} (${name})`, text, form: 'finding' }));
  });
}

const texts: readonly Text[] = [
  ...programs.flatMap(({ name, spec }) => [...specTexts(spec.connectionSpecification, name)]),
  ...errorTexts(),
  ...fieldTexts(),
  ...programs.flatMap((program) => [...operatorTexts(program)]),
  ...(await Promise.all(programs.map(helpTexts))).flat(),
  ...(await Promise.all((['tap', 'target'] as const).map(singerTexts))).flat(),
  ...findingTexts(),
];

/** Fails with all texts that break the rule, so that one run shows them together. */
function holds(rule: (text: Text) => string | undefined): void {
  const faults = texts.flatMap((text) => {
    const fault = rule(text);
    return fault === undefined ? [] : [`${text.where}: ${fault}\n    ${text.text}`];
  });
  assert.equal(faults.length, 0, `\n${[...new Set(faults)].join('\n')}`);
}

suite('The texts that users read', () => {
  test('come from every spec, error, help text and policy finding', () => {
    const forms = Map.groupBy(texts, ({ form }) => form);
    assert.ok((forms.get('sentence')?.length ?? 0) > 400 && (forms.get('title')?.length ?? 0) > 150);
    assert.ok((forms.get('finding')?.length ?? 0) >= 40);
    const wheres = texts.map(({ where }) => where);
    for (const where of ['source-s3 read --help: --state', 'tap --help: --discover', 'feed-kafka run --catalog'])
      assert.ok(wheres.includes(where), where);
  });

  test('end with a full stop when they are descriptions, causes, remedies or help', () => {
    holds(({ text, form }) => (form === 'sentence' && !/[.)]$/u.test(text) ? 'ends without a full stop' : undefined));
    holds(({ text, form }) => (form !== 'sentence' && text.endsWith('.') ? 'ends with a full stop' : undefined));
  });

  test('begin with a capital letter', () => {
    // A finding follows its code and place: `ERROR ARN_FORM at line 7, column 19: …`.
    holds(({ text, form }) =>
      form !== 'finding' && /^\p{Ll}/u.test(text) ? 'begins with a lower-case letter' : undefined,
    );
  });

  test(`have no sentence longer than ${longestSentence} characters`, () => {
    holds(({ text, form }) => {
      if (form === 'finding') return undefined; // It quotes a policy.
      const longest = Math.max(...text.split(/[.;] /u).map(({ length }) => length));
      return longest > longestSentence ? `has a sentence of ${longest} characters` : undefined;
    });
  });

  test('contain no word of the glossary of replaced words', () => {
    holds(({ text }) => {
      const [first] = glossaryFindings(text);
      return first === undefined ? undefined : `"${first.found}": write ${first.instead}`;
    });
  });
});

suite('The glossary of replaced words', () => {
  test('finds each replaced word, and names what to write instead', () => {
    const found = [
      ['Mend what the verb lists.', 'fix'],
      ['The data lies below the prefix.', 'is stored'],
      ['Files that are passed over.', 'skipped'],
      ['Reset the stream to start anew.', 'again'],
      ['It is no list.', 'is not'],
      ['It has no leave.', 'is not allowed'],
      ['The policy does not do.', 'insufficient'],
      ['What was there before is kept.', 'previous data'],
      ['It ends with 1.', 'exits with'],
      ['Reading goes on.', 'continue'],
    ] as const;
    for (const [text, instead] of found)
      assert.match(glossaryFindings(text)[0]?.instead ?? '', new RegExp(instead, 'u'), text);
  });

  test('accepts ordinary sentences that share a word with it', () => {
    for (const text of ['There is no limit.', 'A comma-ending line ends with a newline.', 'It is no longer needed.'])
      assert.deepEqual(glossaryFindings(text), [], text);
  });
});
