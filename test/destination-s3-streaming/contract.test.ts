// The streaming destination, as every destination is tested.
import { registerDestinationTests } from '../destinations/contract/contract.ts';
import { streamingDestination } from './support/streaming-destination.ts';

registerDestinationTests(streamingDestination);
