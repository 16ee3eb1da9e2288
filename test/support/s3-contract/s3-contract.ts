// What a server must do to replace S3 in our tests: the documented behaviour that our code uses. It checks the in-process server in
// `npm test` and an independent server in `npm run acceptance`, so that neither drifts alone.
import type { OpenAccount } from './account.ts';
import { registerListing } from './listing.ts';
import { registerBuckets, registerCopying, registerDeleting } from './managing.ts';
import { registerReading } from './reading.ts';
import { registerWriting } from './writing.ts';

/** Without users; access.ts has the part with them. @param open gives its own empty bucket to each test. */
export function registerS3Contract(open: OpenAccount): void {
  registerListing(open);
  registerReading(open);
  registerWriting(open);
  registerCopying(open);
  registerDeleting(open);
  registerBuckets(open);
}
