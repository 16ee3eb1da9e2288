import assert from 'node:assert/strict';
import { test } from 'node:test';

import { RowBuffer } from '@s3-connectors/common/records/row-buffer.ts';
import * as fc from 'fast-check';
import { writeInstant } from '../../../destination-s3-batch/src/rows/instant-text.ts';

test('an instant is written as a Date writes it, whatever was written before (1,000 instants)', () => {
  const out = new RowBuffer();
  const instant = fc.date({
    noInvalidDate: true,
    min: new Date('0000-01-01'),
    max: new Date('9999-12-31T23:59:59.999Z'),
  });
  fc.assert(
    fc.property(instant, (date) => {
      out.clear();
      writeInstant(out, date.getTime());
      assert.equal(out.bytes.toString(), JSON.stringify(date));
    }),
    { numRuns: 1000 },
  );
});
