// Sees whether a collector takes the metrics. The SDK's own handler would print errors together with what the collector answered.
import type { PushMetricExporter } from '@opentelemetry/sdk-metrics';

import type { FromWorker } from './worker-messages.ts';

const codeForm = /^[A-Z][A-Z0-9_]{1,60}$/u;

/** The exporter, of which the SDK sees no failure. */
export function reporting(exporter: PushMetricExporter, tell: (message: FromWorker) => void): PushMetricExporter {
  return {
    export(metrics, callback) {
      exporter.export(metrics, ({ error }) => {
        tell(error === undefined ? { kind: 'sent' } : { kind: 'failed', why: reasonOf(error) });
        callback({ code: 0 }); // Success.
      });
    },
    forceFlush: () => exporter.forceFlush(),
    shutdown: () => exporter.shutdown(),
    selectAggregationTemporality: (kind) => exporter.selectAggregationTemporality?.(kind) ?? 1,
  };
}

/** A status of HTTP or a code of Node's; messages can have anything. */
function reasonOf(error: Error): string {
  const { code } = error as { readonly code?: unknown };
  if (typeof code === 'number') return `status ${code}`;
  if (typeof code === 'string' && codeForm.test(code)) return code;
  return error.message === 'Request timed out' ? 'no answer in time' : 'it does not take them';
}
