// What a server must do to stand for S3 in our tests: the documented behaviour that our code builds on. It holds the
// in-process server in `npm test` and a server of other authors in `npm run acceptance`, so that neither drifts alone.
import type { OpenAccount } from './account.ts';
import { registerListing } from './listing.ts';
import { registerBuckets, registerCopying, registerDeleting } from './managing.ts';
import { registerReading } from './reading.ts';
import { registerWriting } from './writing.ts';

/** Without users; access.ts has the part with them. @param open gives an empty bucket of its own to each test. */
export function registerS3Contract(open: OpenAccount): void {
  registerListing(open);
  registerReading(open);
  registerWriting(open);
  registerCopying(open);
  registerDeleting(open);
  registerBuckets(open);
}
