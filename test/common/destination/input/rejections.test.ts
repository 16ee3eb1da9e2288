import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { rejectedLine, RejectionTally } from '@s3-connectors/common/destination/input/rejections.ts';

const wrong = { reason: 'wrong_type', field: 'code' } as const;
const missing = { reason: 'missing_field', field: 'id' } as const;

function tallied(accepted: number, ...rejected: readonly (readonly [typeof wrong | typeof missing, number])[]): string {
  const tally = new RejectionTally(2);
  tally.accept(0);
  for (let count = 0; count < accepted; count += 1) tally.accept(1);
  for (const [rejection, times] of rejected) for (let n = 0; n < times; n += 1) tally.reject(1, rejection);
  return tally.excesses((stream) => `s${stream}`).join();
}

suite('rejections', () => {
  test('keep the record byte for byte next to the reason', () => {
    const bytes = Buffer.from('xx{"n":1.10, "s":"é"}yy');
    const line = rejectedLine({ reason: 'wrong_type', field: 'a"b' }, bytes.subarray(2, bytes.length - 2));
    assert.equal(line.toString(), '{"reason":"wrong_type","field":"a\\"b","record":{"n":1.10, "s":"é"}}');
  });

  test('are too many from 100 on, if they are more than a tenth of the stream', () => {
    assert.equal(tallied(0, [wrong, 99]), '');
    assert.equal(tallied(900, [wrong, 100]), '');
    assert.equal(
      tallied(899, [wrong, 100]),
      '100 of 999 records of the stream "s1" were rejected, 100 of them for wrong_type of "code"',
    );
  });

  test('name the main reason', () => {
    assert.match(tallied(0, [wrong, 70], [missing, 80]), /^150 of 150 .*, 80 of them for missing_field of "id"$/u);
  });
});
