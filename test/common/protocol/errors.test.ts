import assert from 'node:assert/strict';
import { suite, test } from 'node:test';

import { ERROR_CODES } from '@s3-connectors/common/protocol/codes/error-codes.ts';
import { assertNever, ConnectorError, toConnectorError } from '@s3-connectors/common/protocol/errors.ts';

suite('errors', () => {
  test('take the failure type from the table of codes', () => {
    assert.equal(new ConnectorError('S3_BUCKET_MISSING', 'x').failureType, 'config_error');
    assert.equal(new ConnectorError('S3_UNAVAILABLE', 'x').failureType, 'transient_error');
    assert.equal(new ConnectorError('UNEXPECTED', 'x').failureType, 'system_error');
  });

  test('have a cause and a remedy in full sentences for every code', () => {
    for (const [code, { cause, remedy }] of Object.entries(ERROR_CODES)) {
      assert.match(code, /^[A-Z][A-Z\d]*(?:_[A-Z\d]+)*$/u);
      for (const text of [cause, remedy]) assert.match(text, /^[A-Z][^|\n]*\.$/u, code);
    }
  });

  test('that are unexpected are defects, with their cause', () => {
    const cause = new TypeError('x is undefined');
    const error = toConnectorError(cause);
    assert.equal(error.code, 'UNEXPECTED');
    assert.equal(error.cause, cause);
    assert.match(error.message, /^Unexpected failure: TypeError\. /u);
    assert.match(toConnectorError('thrown text').message, /a value of the type string was thrown/u);
    assert.equal(toConnectorError(error), error);
  });

  test('can name a stream, once', () => {
    const cause = new Error('why');
    const error = new ConnectorError('FILE_UNREADABLE', 'damaged', { details: 'page 3', cause });
    const inStream = error.inStream({ name: 'users', namespace: 'crm' });
    assert.deepEqual(inStream.stream, { name: 'users', namespace: 'crm' });
    assert.deepEqual(
      [inStream.code, inStream.message, inStream.details, inStream.cause],
      [error.code, error.message, error.details, cause],
    );
    assert.equal(inStream.inStream({ name: 'other' }), inStream);
  });

  test('an impossible value is a defect', () => {
    assert.throws(() => assertNever('x' as never), /Unexpected value of the type string/u);
  });
});
