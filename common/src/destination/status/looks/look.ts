// How `status` reads objects: a limited number, each in part. An object that cannot be read is a finding.
import type { ErrorCode } from '../../../protocol/codes/error-codes.ts';
import { ConnectorError } from '../../../protocol/errors.ts';
import type { S3 } from '../../../s3/connection/client.ts';
import type { WriteHeaders } from '../../../s3/write.ts';
import type { Layout } from '../../layout/layout.ts';
import { finding } from '../report/finding.ts';
import type { StatusFinding } from '../report/report.ts';

/** The number of objects of each kind: in total about 500 GetObject requests at most. */
export const lookBounds = {
  places: 40,
  manifests: 60,
  schemas: 60,
  rejected: 20,
  filesAtOnce: 8,
  documentsAtOnce: 4,
} as const;

export type Look = {
  readonly s3: S3;
  readonly layout: Layout;
  readonly prefix: string;
  readonly headers: WriteHeaders;
  readonly maxDocumentBytes: number;
  readonly findings: FindingList;
};

const denied: ReadonlySet<ErrorCode> = new Set(['S3_ACCESS_DENIED', 'S3_KMS_DENIED']);
const passing: ReadonlySet<ErrorCode> = new Set(['S3_OBJECT_CHANGED']);
const mostRefused = 20;

/** Findings from reading objects. After the first denied request nothing more is read. Bound: a few dozen findings. */
export class FindingList {
  readonly all: StatusFinding[] = [];
  #isDenied = false;
  #refused = 0;

  add(found: StatusFinding): void {
    this.all.push(found);
  }

  /** @returns undefined if the object could not be read. @throws errors that every other object would cause as well. */
  async attempt<T>(key: string, read: () => Promise<T>): Promise<T | undefined> {
    if (this.#isDenied) return undefined;
    try {
      return await read();
    } catch (error) {
      if (!(error instanceof ConnectorError)) throw error;
      if (passing.has(error.code)) return undefined;
      if (denied.has(error.code)) this.#deny(error);
      else if (error.code === 'BUCKET_DOCUMENT_INVALID') this.refuse('document_refused', error.message, key);
      else if (error.code === 'FILE_UNREADABLE') this.refuse('unreadable', error.message, key);
      else throw error;
      return undefined;
    }
  }

  refuse(code: 'document_refused' | 'unreadable', message: string, key: string): void {
    this.#refused += 1;
    if (this.#refused <= mostRefused) this.all.push(finding(code, message, { examples: [key] }));
  }

  /** Other requests may already be under way: one finding is enough. */
  #deny(error: ConnectorError): void {
    if (this.#isDenied) return;
    this.#isDenied = true;
    const text = `Fields, exports and reasons of rejected records are not in this report, because objects may not be read. ${error.message}`;
    this.all.push(finding('not_allowed', text));
  }
}
