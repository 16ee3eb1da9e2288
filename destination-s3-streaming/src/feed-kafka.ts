// The executable `feed-kafka`: passes the command line to the connector that reads Kafka topics.
import '@s3-connectors/common/program/early-signals.ts';

import { tuneMemory } from '@s3-connectors/common/destination/files/memory.ts';
import { runConnector } from '@s3-connectors/common/program/run.ts';

import { feedKafka } from './kafka/connector.ts';

tuneMemory();
await runConnector(feedKafka, process.argv.slice(2));
