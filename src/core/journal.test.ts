/** The hash chain finds every edit, and names the event (G18). */
import { describe, expect, test } from 'vitest';
import type { JournalEvent, NewEvent } from './events.ts';
import { canonical, EMPTY_CHAIN, hashEvent, hashOf, isFault, seal, verifyChain } from './journal.ts';

const event = (id: string, reason = 'waiting'): NewEvent => {
  return {
    id,
    kind: 'deployment.paused',
    deployment: 'd-1',
    actor: 'mia',
    at: '2026-01-01T00:00:00.000Z',
    data: { reason },
  };
};

const chain = seal(
  'production',
  7,
  EMPTY_CHAIN,
  ['a', 'b', 'c', 'd'].map((id) => event(id)),
);

function faultOf(events: readonly JournalEvent[]): string {
  const result = verifyChain(EMPTY_CHAIN, events);
  return isFault(result) ? `${result.n}: ${result.what}` : `whole up to ${result.n}`;
}

const change = (n: number, changes: Partial<JournalEvent>): JournalEvent[] =>
  chain.map((one) => (one.n === n ? ({ ...one, ...changes } as JournalEvent) : one));

/** What somebody with write access and our source could do to one event. */
function forge(n: number, data: { reason: string }): JournalEvent[] {
  return chain.map((one) => {
    if (one.n !== n) return one;
    const forged = { ...one, data } as JournalEvent;
    return { ...forged, hash: hashEvent(forged) };
  });
}

test('events are numbered from 1 and linked, and more may follow', () => {
  expect(chain.map((one) => one.n)).toEqual([1, 2, 3, 4]);
  expect(faultOf(chain)).toBe('whole up to 4');
  const last = chain.at(-1);
  const more = seal('production', 8, { n: 4, hash: last?.hash ?? '' }, [event('e')]);
  expect(faultOf([...chain, ...more])).toBe('whole up to 5');
});

test('a chain can be checked page by page', () => {
  const first = verifyChain(EMPTY_CHAIN, chain.slice(0, 2));
  if (isFault(first)) throw new Error(first.what);
  expect(verifyChain(first, chain.slice(2))).toEqual({ n: 4, hash: chain[3]?.hash });
});

describe('G18: a change is found with its number', () => {
  test.each<[string, readonly JournalEvent[], string]>([
    [
      'an edited reason',
      change(2, { data: { reason: 'never' } }),
      '2: event 2 (deployment.paused) was changed after it was written',
    ],
    ['another actor', change(3, { actor: 'eve' }), '3: event 3 (deployment.paused) was changed after it was written'],
    [
      'another time',
      change(3, { at: '2027-01-01T00:00:00.000Z' }),
      '3: event 3 (deployment.paused) was changed after it was written',
    ],
    ['another token', change(1, { token: 8 }), '1: event 1 (deployment.paused) was changed after it was written'],
    [
      'another deployment',
      change(4, { deployment: null }),
      '4: event 4 (deployment.paused) was changed after it was written',
    ],
    [
      'an edit with its own hash put right',
      forge(2, { reason: 'never' }),
      '3: event 3 does not follow the one before it',
    ],
    ['a removed event', chain.filter((one) => one.n !== 2), '2: event 2 is missing (found 3 after 1)'],
    [
      'two in another order',
      [0, 2, 1, 3].map((index) => chain[index] as JournalEvent),
      '2: event 2 is missing (found 3 after 1)',
    ],
    ['one that was put in', [...chain.slice(0, 2), ...chain.slice(1)], '3: event 3 is missing (found 2 after 2)'],
    ['a first one that is gone', chain.slice(1), '1: event 1 is missing (found 2 after 0)'],
  ])('%s', (_name, events, expected) => {
    expect(faultOf(events)).toBe(expected);
  });
});

test('fields cannot be shifted into one another', () => {
  const [one] = seal('production', 1, EMPTY_CHAIN, [{ ...event('a'), actor: 'mia2026', at: '-01' }]);
  const [other] = seal('production', 1, EMPTY_CHAIN, [{ ...event('a'), actor: 'mia', at: '2026-01' }]);
  expect(one?.hash).not.toBe(other?.hash);
});

test('equal values give equal text, whatever the order of their keys', () => {
  expect(canonical({ b: [1, { d: 1, c: 2 }], a: null })).toBe(canonical({ a: null, b: [1, { c: 2, d: 1 }] }));
  expect(canonical([1, 2])).not.toBe(canonical([2, 1]));
  expect(hashOf({ a: 1 })).toMatch(/^[0-9a-f]{64}$/);
});

test('the text and its hash are those of the journals that are out there', () => {
  const text = '{"9":2,"10":1,"__proto__":{"x":"é"},"b":[{"a":null,"z":1}]}';
  const value: unknown = JSON.parse('{"b":[{"z":1,"a":null}],"10":1,"9":2,"__proto__":{"x":"é"}}');
  expect(canonical(value)).toBe(text);
  expect(hashOf(value)).toBe('0a32dc50f4a6fdba75c30177704a52ea503e9630b9698b953c17844b28aa2d8b');
});
