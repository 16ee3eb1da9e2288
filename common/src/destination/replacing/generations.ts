// What a stream's sync mode and generation ids require for its earlier data. Pure.
import type { ConfiguredStream } from '../../protocol/catalog.ts';
import { ConnectorError } from '../../protocol/errors.ts';
import { streamDescriptor, streamLabel } from '../../protocol/stream-key.ts';
import type { Regime } from '../input/completion.ts';

/**
 * `keep`: nothing is deleted. `replace`: the complete output is replaced when the new data is complete. `outlive`: rows are
 * appended; once they are complete, everything is deleted that was there before this generation was first seen.
 */
export type Succession =
  | { readonly kind: 'keep' }
  | { readonly kind: 'replace' }
  | { readonly kind: 'outlive'; readonly generation: number };

/**
 * A modern platform sends overwrite as append with `minimum_generation_id` = `generation_id`. PyAirbyte sends 1, 1 and 1 in
 * every run, also in runs that append. @throws CATALOG_INVALID for a minimum between 0 and the generation: no platform sends
 * that.
 */
export function successionOf(stream: ConfiguredStream): Succession {
  const { destinationSyncMode, generationId = 0, minimumGenerationId = 0, syncId, isPart } = stream;
  if (isPart === true) {
    return stream.generationId === undefined ? { kind: 'keep' } : { kind: 'outlive', generation: generationId };
  }
  if (minimumGenerationId !== 0 && minimumGenerationId !== generationId) {
    throw new ConnectorError(
      'CATALOG_INVALID',
      `The stream "${streamLabel(stream)}" has the minimum_generation_id ${minimumGenerationId} and the generation_id ${generationId}. Set minimum_generation_id to 0 or to the generation_id.`,
      { stream: streamDescriptor(stream) },
    );
  }
  if (destinationSyncMode === 'overwrite') return { kind: 'replace' };
  const isPyAirbyte = generationId === 1 && syncId === 1;
  if (minimumGenerationId === 0 || isPyAirbyte) return { kind: 'keep' };
  return { kind: 'outlive', generation: generationId };
}

/** How the input proves that a stream is complete. */
export function regimeOf({ generationId, isPart }: ConfiguredStream): Regime {
  if (isPart === true) return 'singer';
  return generationId === undefined ? 'legacy' : 'modern';
}
