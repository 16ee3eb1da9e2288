// The server that the scenarios of broken runs write to.
import { startS3Server } from '../../../tools/s3-server/server.ts';
import type { S3TestServer, StoredObject } from '../../../tools/s3-server/types.ts';
import type { Json } from '../destination-input.ts';

export const scenarioBucket = 'publisher-data';

export function scenarioSettings(endpoint: string): Json {
  return {
    bucket: scenarioBucket,
    region: 'eu-central-1',
    credentials: { auth_type: 'access_key', access_key_id: 'AKIATEST', secret_access_key: 'secret' },
    endpoint,
    prefix: 'out',
  };
}

/** The bucket then has these objects, next to some of other writers. */
export function replaceObjects(
  server: S3TestServer,
  objects: readonly StoredObject[],
  neighbours: readonly string[],
): void {
  for (const { key } of server.objects(scenarioBucket)) server.remove(scenarioBucket, key);
  for (const { key, body, headers } of objects) server.seed(scenarioBucket, key, body, headers);
  for (const key of neighbours) server.seed(scenarioBucket, key, 'x');
}

export async function serverWith(objects: readonly StoredObject[]): Promise<S3TestServer> {
  const server = await startS3Server();
  server.createBucket(scenarioBucket);
  replaceObjects(server, objects, []);
  return server;
}
