// The streaming destination, tested like every destination.
import { registerDestinationTests } from '../destinations/contract/contract.ts';
import { streamingDestination } from './support/streaming-destination.ts';

registerDestinationTests(streamingDestination);
