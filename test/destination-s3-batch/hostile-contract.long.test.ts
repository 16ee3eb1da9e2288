// The batch destination with names and buckets made up by chance.
import { registerHostileTests } from '../destinations/contract/contract.ts';
import { batchDestination } from './support/batch-destination.ts';

registerHostileTests(batchDestination);
