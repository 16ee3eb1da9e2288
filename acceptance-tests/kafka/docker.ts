// Stands in for `docker` where a page of the docs starts a broker in a container: `exec` of Kafka's own scripts goes to the broker at
// BROKER, with the same arguments; the container itself is not needed.
import { text } from 'node:stream/consumers';
import { parseArgs } from 'node:util';

import { Admin, Producer, stringSerializers } from '@platformatic/kafka';

const [verb, ...args] = process.argv.slice(2);
const script = args.find((arg) => arg.endsWith('.sh')) ?? '';
const client = { clientId: 'docs', bootstrapBrokers: [process.env['BROKER'] ?? ''] };
if (verb === 'exec') {
  const { values } = parseArgs({
    args: args.slice(args.indexOf(script) + 1),
    options: {
      'bootstrap-server': { type: 'string' },
      create: { type: 'boolean' },
      topic: { type: 'string' },
      partitions: { type: 'string' },
    },
  });
  const { topic = '', partitions } = values;
  if (script.endsWith('kafka-topics.sh')) {
    const admin = new Admin(client);
    await admin.createTopics({ topics: [topic], partitions: Number(partitions), replicas: 1 });
    await admin.close();
  } else {
    const producer = new Producer({ ...client, serializers: stringSerializers });
    const lines = (await text(process.stdin)).trim().split('\n');
    await producer.send({ messages: lines.map((value, index) => ({ topic, value, partition: index % 2 })), acks: -1 });
    await producer.close();
  }
}
