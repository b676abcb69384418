import { expect, test } from 'vitest';
import { evidenceOf } from './traffic.ts';

const classes = { '1xx': 0, '2xx': 90, '3xx': 2, '4xx': 3, '5xx': 4, lost: 1 };

test('a lost request is an error, a client error is not', () => {
  expect(evidenceOf({ classes, latency: [] }, 2)).toEqual({
    requests: 100,
    errors: 5,
    p50Ms: null,
    p99Ms: null,
    tailMs: null,
    restarts: 2,
  });
});

test('latency is the upper bound of the bucket in which the share is reached', () => {
  const latency = [
    { leMs: 5, count: 50 },
    { leMs: 10, count: 48 },
    { leMs: 500, count: 2 },
  ];
  expect(evidenceOf({ classes, latency }, 0)).toMatchObject({ p50Ms: 5, p99Ms: 500 });
});

test('a release without requests has no latency', () => {
  expect(evidenceOf(undefined, 0)).toEqual({ requests: 0, errors: 0, p50Ms: null, p99Ms: null, restarts: 0 });
});
