// Holds a real server to the contract that our in-process server passes in `npm test`: neither can drift alone.
import { registerS3Contract } from '../test/support/s3-contract/s3-contract.ts';
import { registerS3AccessContract } from '../test/support/s3-contract/access.ts';
import { administrator, createBucket, createUser, endpoint, region } from './support/account.ts';

const account = async () => {
  return { endpoint: endpoint(), region, credentials: administrator, bucket: await createBucket() };
};

registerS3Contract(account);
registerS3AccessContract(async () => ({ ...(await account()), user: await createUser() }));
