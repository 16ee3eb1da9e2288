// What a server must do to stand for S3 in our tests: the documented behaviour that our code builds on. It holds the
// in-process server in `npm test` and a server of other authors in `npm run acceptance`, so that neither drifts alone.
import type { OpenAccount } from './s3-contract/account.ts';
import { registerListing } from './s3-contract/listing.ts';
import { registerBuckets, registerCopying, registerDeleting } from './s3-contract/managing.ts';
import { registerReading } from './s3-contract/reading.ts';
import { registerWriting } from './s3-contract/writing.ts';

/** Without users; access.ts has the part with them. @param open gives an empty bucket of its own to each test. */
export function registerS3Contract(open: OpenAccount): void {
  registerListing(open);
  registerReading(open);
  registerWriting(open);
  registerCopying(open);
  registerDeleting(open);
  registerBuckets(open);
}
