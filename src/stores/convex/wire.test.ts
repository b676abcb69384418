/** Text of any length goes over the wire in pieces that Convex takes, and comes back the same. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { INLINE_UNITS, PART_UNITS } from '../../convex/component/limits.ts';
import { piecesOf } from './wire.ts';

test('pieces fit into documents, and never cut a character in two', () => {
  const around = fc.integer({ min: -2, max: 2 });
  const unit = fc.constantFrom('x', 'é', '你', '🚀');
  fc.assert(
    fc.property(around, around, unit, (first, second, filler) => {
      const text = `${'x'.repeat(INLINE_UNITS + first)}${filler}${'y'.repeat(PART_UNITS + second)}${filler}end`;
      const pieces = piecesOf(text);
      expect(pieces.join('')).toBe(text);
      for (const [at, piece] of pieces.entries()) {
        expect(piece.length).toBeLessThanOrEqual(at === 0 ? INLINE_UNITS : PART_UNITS);
        expect(Buffer.from(piece).toString()).toBe(piece);
      }
    }),
  );
});

test('nothing is a piece as well', () => expect(piecesOf('')).toEqual(['']));
