// How long a failed request is tried again.
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';

import { CredentialsFailure, describeFailure, patienceMs } from '@s3-connectors/common/s3/errors/failure.ts';

import { answered, network } from './sdk-errors.ts';

const role = 'arn:aws:iam::123456789012:role/reader';

suite('the patience with a failure', () => {
  const budgetMs = 600_000;
  const html = { headers: { 'content-type': 'text/html' } };
  const untrusted = network('CERT_HAS_EXPIRED');
  const noChain = new CredentialsFailure(undefined, new Error('Could not load credentials'));
  const rows: readonly (readonly [string, Error, before: number, after: number])[] = [
    ['SlowDown', answered('SlowDown', 503), budgetMs, budgetMs],
    ['a 500 without a code', answered('', 500), budgetMs, budgetMs],
    ['RequestTimeout', answered('RequestTimeout', 400), budgetMs, budgetMs],
    ['ConditionalRequestConflict', answered('ConditionalRequestConflict', 409), budgetMs, budgetMs],
    ['AccessDenied', answered('AccessDenied', 403), 0, 0],
    ['AccessDenied inside a 200', answered('AccessDenied', 503), 0, 0],
    ['NotImplemented', answered('NotImplemented', 501), 0, 0],
    ['a proxy’s 502', answered('', 502, html), 20_000, budgetMs],
    ['a refused connection', network('ECONNREFUSED'), 500, budgetMs],
    ['an unknown name', network('ENOTFOUND'), 500, budgetMs],
    ['a cut connection', network('ECONNRESET'), 20_000, budgetMs],
    ['an endpoint that takes connections and sends nothing', network('IDLE_TIMEOUT'), 500, budgetMs],
    ['an untrusted certificate', untrusted, 0, 0],
    ['no credentials anywhere', noChain, 0, budgetMs],
    ['STS throttling', new CredentialsFailure(role, answered('Throttling', 400)), budgetMs, budgetMs],
    ['STS refusing', new CredentialsFailure(role, answered('AccessDenied', 403)), 0, 0],
    ['a defect', new TypeError('x'), 0, 0],
  ];
  for (const [name, error, before, after] of rows) {
    test(`is ${before / 1000} s before the first answer and ${after / 1000} s after it for ${name}`, () => {
      const failure = describeFailure(error);
      assert.deepEqual(
        [patienceMs(failure, { answered: false }, budgetMs), patienceMs(failure, {}, budgetMs)],
        [before, after],
      );
    });
  }

  test('is half a second for plain HTTP that is hung up on before the first answer, as a port for https does', () => {
    const failure = describeFailure(network('ECONNRESET'));
    const before = { answered: false, endpoint: 'http://s3.example.test' };
    assert.deepEqual(
      [patienceMs(failure, before, budgetMs), patienceMs(failure, { ...before, answered: true }, budgetMs)],
      [500, budgetMs],
    );
  });

  test('never exceeds the budget', () => {
    assert.equal(patienceMs(describeFailure(network('ECONNRESET')), { answered: false }, 30), 30);
  });
});
