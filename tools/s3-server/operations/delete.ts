// DeleteObject and DeleteObjects. Deleting what is not there succeeds.
import { type Answer, emptyAnswer, xmlAnswer } from '../wire/answer.ts';
import { bodyText } from '../wire/body.ts';
import { S3Error } from '../errors.ts';
import { type XmlElement, xmlElements, xmlText } from '../wire/xml.ts';
import { bucketOf, type Exchange } from './exchange.ts';

const MAX_DELETED = 1000;

export function deleteObject(exchange: Exchange): Answer {
  bucketOf(exchange).objects.delete(exchange.request.key);
  return emptyAnswer(204);
}

export async function deleteObjects(exchange: Exchange): Promise<Answer> {
  const { request, body, refusalToDelete } = exchange;
  const { objects } = bucketOf(exchange);
  if (Object.keys(body.checksums).length === 0 && request.header('content-md5') === undefined) {
    throw new S3Error('InvalidRequest', { message: 'Missing required header for this request: Content-MD5' });
  }
  const document = bodyText(body);
  const keys = deletedKeys(document);
  if (keys.length === 0 || keys.length > MAX_DELETED) throw new S3Error('MalformedXML');
  const isQuiet = xmlText(document, 'Quiet') === 'true';
  const results: XmlElement[] = [];
  for (const key of keys) {
    const refusal = await refusalToDelete(key);
    if (refusal !== undefined) {
      results.push(errorOf(key, refusal));
    } else {
      objects.delete(key);
      if (!isQuiet) results.push(['Deleted', [['Key', key]]]);
    }
  }
  return xmlAnswer(['DeleteResult', results]);
}

function errorOf(key: string, { code, message }: S3Error): XmlElement {
  const elements = { Key: key, Code: code, Message: message };
  return ['Error', Object.entries(elements)];
}

/** The keys that a DeleteObjects document names. */
export function deletedKeys(document: string): readonly string[] {
  return xmlElements(document, 'Object')
    .map((object) => xmlText(object, 'Key'))
    .filter((key) => key !== undefined);
}
