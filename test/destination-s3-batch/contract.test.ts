// The batch destination, as every destination is tested.
import { registerDestinationTests } from '../destinations/contract/contract.ts';
import { batchDestination } from './support/batch-destination.ts';

registerDestinationTests(batchDestination);
