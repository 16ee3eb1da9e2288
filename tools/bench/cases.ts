// All cases, in the order in which they run and are reported.
import type { BenchCase } from './case.ts';
import { batchCases } from './cases/batch.ts';
import { deliveryCases } from './cases/delivery.ts';
import { destinationCases } from './cases/destination.ts';
import { journeyCases } from './cases/journey.ts';
import { listingCases } from './cases/listing.ts';
import { peerCases } from './cases/peer.ts';
import { peerWritingCases } from './cases/peer-writing.ts';
import { scaleCases } from './cases/scale.ts';
import { slowLinkCases } from './cases/slow-link.ts';
import { smallFileCases } from './cases/small-files.ts';
import { sourceCases } from './cases/source.ts';

export const cases: readonly BenchCase[] = [
  ...sourceCases,
  ...peerCases,
  ...peerWritingCases,
  ...smallFileCases,
  ...listingCases,
  ...destinationCases,
  ...deliveryCases,
  ...batchCases,
  ...journeyCases,
  ...slowLinkCases,
  ...scaleCases,
];

/**
 * The cases of these names, or whose names begin with one and a dash; all without a name. Long ones by their name alone.
 * @throws Error for one that fits none.
 */
export function chooseCases(names: readonly string[]): readonly BenchCase[] {
  const unknown = names.find((name) => !cases.some((one) => fits(name, one)));
  if (unknown !== undefined) {
    const all = cases.map(({ name }) => name).join(', ');
    throw new Error(`There is no case "${unknown}". The cases: ${all}.`);
  }
  return names.length === 0
    ? cases.filter(({ isLong }) => isLong !== true)
    : cases.filter((one) => names.some((name) => fits(name, one)));
}

function fits(name: string, { name: full, isLong }: BenchCase): boolean {
  return full === name || (isLong !== true && full.startsWith(`${name}-`));
}
