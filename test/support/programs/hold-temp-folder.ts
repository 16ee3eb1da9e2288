// Opens a temporary folder below PARENT, prints its path, and holds it until it is killed or its standard input ends.
//   node hold-temp-folder.ts PARENT
import { openTempFolder } from '@s3-connectors/common/local-disk/temp-folder.ts';
import { silentLog } from '@s3-connectors/common/protocol/log.ts';

await using folder = await openTempFolder({ parent: process.argv[2] ?? '', advice: '' }, silentLog);
process.stdout.write(folder.path);
for await (const _ of process.stdin);
