import { expect, test } from 'vitest';
import { droppedIn, parseRequestLine } from './request-line.ts';

/** Within other lines, as they come. */
const parse = (text: string) => parseRequestLine(Buffer.from(`R 1 2\n${text}\nR 3`), 6, 6 + text.length);

const line = (changes: Record<string, string>) => {
  const fields = {
    at: '1795264401377250',
    began: '1795264401374000',
    slot: 'slot1',
    status: '200',
    ended: '----',
    retries: '0',
    firstByte: '2',
    port: '51322',
    mark: '-',
    cookie: '0017.86bb4ae2be05',
    ...changes,
  };
  return parse(`R ${Object.values(fields).join(' ')}`);
};

test('a request that was answered, by whom, for whom and how fast', () => {
  expect(line({})).toEqual({
    at: 1_795_264_401_377.25,
    slot: 'slot1',
    status: 200,
    ms: 3.25,
    client: '86bb4ae2be05',
    chose: false,
    counts: 'status',
    sampled: false,
    weight: 1,
    waitedMs: 2,
    port: 51_322,
  });
});

test.each([
  ['the release refused the connection', { status: '503', ended: 'SC--', firstByte: '-1' }, 0, 'lost'],
  ['it closed without an answer', { status: '502', ended: 'SH--', retries: '3', firstByte: '-1' }, 0, 'lost'],
  ['it broke off within the answer', { ended: 'SD--' }, 0, 'lost'],
  ['what it said is not HTTP', { status: '502', ended: 'PH--', firstByte: '-1' }, 0, 'lost'],
  ['the request was cut', { status: '-1', ended: 'KH--', firstByte: '-1' }, 0, 'lost'],
  ['another release answered for it', { retries: '+2' }, 0, 'lost'],
  ['the client left before the answer', { status: '400', ended: 'CH--', firstByte: '-1' }, 499, 'not'],
  ['the client left within the answer', { ended: 'CD--' }, 200, 'not'],
  ['an error of the release is its answer', { status: '500' }, 500, 'status'],
] as const)('%s', (_what, changes, status, counts) => {
  expect(line(changes)).toMatchObject({ status, counts });
});

test.each([
  ['one of many answers stands for all of them', { mark: '0' }, 32, true],
  ['also when it broke off afterwards', { mark: '0', ended: 'SD--' }, 32, true],
  ['an error is always told', { mark: '0', status: '500' }, 1, true],
  ['and so is what got no answer', { mark: '17', ended: 'SC--', status: '503', firstByte: '-1' }, 1, true],
  ['where there are few each is told', { mark: '-' }, 1, false],
] as const)('%s', (_what, changes, weight, sampled) => {
  expect(line(changes)).toMatchObject({ weight, sampled });
});

test('a client cannot forge what is told of its request', () => {
  expect(line({ cookie: '0017.86bb4ae2 1 2' })).toMatchObject({ status: 200, client: null, counts: 'status' });
});

test('a stream counts when it begins, and not again when it ends', () => {
  expect(parse('S 2000 1000 slot1 101 - -')).toMatchObject({ status: 101, ms: 1, counts: 'status' });
  expect(line({ mark: 'stream' })).toBeNull();
});

test('what no release answered is no request of any', () => {
  expect(line({ slot: '-' })).toBeNull();
  expect(parse('Proxy public stopped (cumulated conns: FE: 4, BE: 0).')).toBeNull();
});

test('HAProxy says how many it could not tell', () => {
  expect(['5249 events dropped', '1 event dropped', 'R 1 2 dropped'].map(droppedIn)).toEqual([5_249, 1, 0]);
});

test.each(['-', '17', '0017', '017.86bb4ae2be05', '00170.86bb4ae2be0', ''])('the cookie %j has no key', (cookie) => {
  expect(line({ cookie })?.client).toBeNull();
});
