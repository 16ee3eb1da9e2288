// The dashboard and the alert rules of docs/monitoring know the metrics of the code, by the names that Prometheus gives them.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite, test } from 'node:test';

import { attributeNames, METRICS } from '@s3-connectors/common/protocol/metrics.ts';
import { parser } from '@prometheus-io/lezer-promql';
import { parse } from 'yaml';

import { metricNames, prometheusLabel, prometheusName } from '../../tools/generate-metrics.ts';

const folder = join(import.meta.dirname, '../../docs/monitoring');

type Rule = {
  readonly alert: string;
  readonly expr: string;
  readonly for: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
};
type Rules = { readonly groups: readonly { readonly name: string; readonly rules: readonly Rule[] }[] };
type Panel = {
  readonly id: number;
  readonly title: string;
  readonly gridPos: { readonly x: number; readonly w: number };
  readonly targets: readonly { readonly expr: string; readonly legendFormat: string }[];
};
type Dashboard = {
  readonly panels: readonly Panel[];
  readonly templating: { readonly list: readonly { readonly name: string; readonly query: unknown }[] };
};

const dashboard = JSON.parse(readFileSync(join(folder, 'dashboard.json'), 'utf8')) as Dashboard;
const rules = (parse(readFileSync(join(folder, 'alerts.yml'), 'utf8')) as Rules).groups.flatMap((group) => group.rules);

/** Prometheus's series → the labels that it can have. */
const series = new Map<string, ReadonlySet<string>>();
for (const metric of metricNames) {
  const { kind, by } = METRICS[metric];
  const labels = new Set(['job', 'instance', ...by.map((attribute) => prometheusLabel(attributeNames[attribute]))]);
  const name = prometheusName(metric);
  if (kind !== 'histogram') series.set(name, labels);
  else for (const part of ['_bucket', '_sum', '_count']) series.set(`${name}${part}`, new Set([...labels, 'le']));
}

/** The names of metrics and labels. Variables of Grafana are replaced. @throws Error for what is not PromQL. */
function namesIn(text: string): { readonly metrics: readonly string[]; readonly labels: readonly string[] } {
  const expr = text.replaceAll('$__rate_interval', '5m');
  const names = { metrics: [] as string[], labels: [] as string[] };
  parser.parse(expr).iterate({
    enter({ type, from, to, node }) {
      if (type.isError) throw new Error(`${expr.slice(0, from)} <here> ${expr.slice(from)}`);
      if (type.name === 'Identifier' && node.parent?.name === 'VectorSelector')
        names.metrics.push(expr.slice(from, to));
      if (type.name === 'LabelName') names.labels.push(expr.slice(from, to));
    },
  });
  return names;
}

function assertKnown(expr: string): readonly string[] {
  const { metrics, labels } = namesIn(expr);
  assert.ok(metrics.length > 0 && labels.length > 0, expr);
  const known = metrics.map((metric) => series.get(metric) ?? assert.fail(`There is no ${metric}: ${expr}`));
  for (const label of labels)
    assert.ok(
      known.some((has) => has.has(label)),
      `No metric has ${label}: ${expr}`,
    );
  return metrics;
}

suite('the names in Prometheus', () => {
  test('have the unit and the type at their ends, as the specification wants them', () => {
    assert.equal(prometheusName('s3_connectors.read.records'), 's3_connectors_read_records_total');
    assert.equal(prometheusName('s3_connectors.read.io'), 's3_connectors_read_io_bytes_total');
    assert.equal(prometheusName('s3_connectors.held.states'), 's3_connectors_held_states');
    assert.equal(prometheusName('s3_connectors.oldest_state.age'), 's3_connectors_oldest_state_age_seconds');
    assert.equal(prometheusName('s3_connectors.s3.put.duration'), 's3_connectors_s3_put_duration_seconds');
  });

  test('are different for all metrics, which are named as OpenTelemetry wants it', () => {
    assert.equal(new Set(metricNames.map((name) => prometheusName(name))).size, metricNames.length);
    for (const name of metricNames) {
      assert.match(name, /^s3_connectors(?:\.[a-z][a-z0-9]*(?:_[a-z0-9]+)*)+$/u);
      assert.ok(!metricNames.some((other) => other.startsWith(`${name}.`)), `${name} is the name of a group, too`);
      assert.match(METRICS[name].unit, /^(?:s|By|\{[a-z]+\})$/u, name);
      assert.match(METRICS[name].describe, /^[A-Z].*\.$/u, name);
    }
  });
});

suite('docs/monitoring/dashboard.json', () => {
  test('asks in PromQL for metrics and labels that exist', () => {
    for (const { title, targets } of dashboard.panels) {
      assert.ok(targets.length > 0, title);
      for (const { expr, legendFormat } of targets) {
        assertKnown(expr);
        const { labels } = namesIn(expr);
        for (const [, label = ''] of legendFormat.matchAll(/\{\{(\w+)\}\}/gu)) {
          assert.ok(labels.includes(label) || expr.startsWith('topk('), `${title}: ${label}`);
        }
      }
    }
  });

  test('shows every metric', () => {
    const shown = new Set(dashboard.panels.flatMap(({ targets }) => targets.flatMap(({ expr }) => assertKnown(expr))));
    const missing = metricNames.filter((name) => {
      return !shown.has(prometheusName(name)) && !shown.has(`${prometheusName(name)}_bucket`);
    });
    assert.deepEqual(missing, []);
  });

  test('places its panels within the width of the page, each with a number and a title of its own', () => {
    const { panels } = dashboard;
    assert.equal(new Set(panels.map(({ id }) => id)).size, panels.length);
    assert.equal(new Set(panels.map(({ title }) => title)).size, panels.length);
    for (const { title, gridPos } of panels) assert.ok(gridPos.x + gridPos.w <= 24, title);
  });

  test('fills its choices from a metric that all programs have', () => {
    const [, ...choices] = dashboard.templating.list.map(({ query }) => JSON.stringify(query));
    assert.equal(choices.length, 2);
    assert.equal(METRICS['s3_connectors.s3.requests'].from.length, 4);
    for (const query of choices) assert.ok(query.includes(prometheusName('s3_connectors.s3.requests')), query);
  });
});

suite('docs/monitoring/alerts.yml', () => {
  test('has three rules in PromQL, about metrics and labels that exist', () => {
    assert.deepEqual(
      rules.map(({ alert }) => alert),
      ['S3ConnectorsRowsLate', 'S3ConnectorsRefusals', 'S3ConnectorsStateWaits'],
    );
    for (const { expr } of rules) assertKnown(expr);
  });

  test('says of each rule since when, how severe, what it means and what to do', () => {
    for (const { alert, for: since, labels, annotations } of rules) {
      assert.match(since, /^\d+m$/u, alert);
      assert.match(labels['severity'] ?? '', /^(?:warning|critical)$/u, alert);
      assert.match(annotations['summary'] ?? '', /\{\{ \$labels\.job \}\}/u, alert);
      assert.match(annotations['description'] ?? '', /\.$/u, alert);
    }
  });
});
