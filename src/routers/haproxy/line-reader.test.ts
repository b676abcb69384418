import { expect, test } from 'vitest';
import { createLineReader } from './line-reader.ts';

const TEXT = 'first\n\na longer line\nlast\n';

test.each([1, 2, 3, 7, 100])('lines are whole, in pieces of %i bytes in one place that is overwritten', (size) => {
  const lines: string[] = [];
  const reader = createLineReader((bytes, start, end) => lines.push(bytes.toString('latin1', start, end)));
  const place = Buffer.alloc(size);
  for (let from = 0; from < TEXT.length; from += size) {
    const count = place.write(TEXT.slice(from, from + size), 'latin1');
    reader.read(place.subarray(0, count));
    place.fill('x');
  }
  expect(lines).toEqual(['first', '', 'a longer line', 'last']);
});
