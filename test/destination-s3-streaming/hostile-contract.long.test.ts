// The streaming destination with names and buckets made up by chance.
import { registerHostileTests } from '../destinations/contract/contract.ts';
import { streamingDestination } from './support/streaming-destination.ts';

registerHostileTests(streamingDestination);
