/** What makes a good release look bad, and what must still be seen through it. */
import { describe, expect, test } from 'vitest';
import { createAnalyser } from './analyser.ts';
import type { Analyser, AnalysisOptions, Outcome } from './analysis.ts';

const OPTIONS: AnalysisOptions = {
  alpha: 0.01,
  beta: 0.05,
  errors: { tolerance: 1, promoteBelow: 2, floor: null },
  latency: null,
  history: { ratePerSecond: 50, quantilesMs: null },
  grace: null,
};

/** Park and Miller's minimal standard. */
function createRandom(seed: number): () => number {
  let x = seed;
  return () => {
    x = (x * 48271) % 2147483647;
    return x / 2147483647;
  };
}

interface Traffic {
  readonly share: number;
  readonly requests: number;
  readonly badRate: (request: { readonly t: number; readonly canary: boolean; readonly instance: string }) => number;
  readonly latencyMs?: (canary: boolean) => number;
  readonly instances?: number;
}

/** 50 requests a second until a verdict takes the release back, or none are left. */
function run(analyser: Analyser, traffic: Traffic, seed = 5) {
  const random = createRandom(seed);
  analyser.cut(0, traffic.share);
  for (let i = 0; i < traffic.requests; i += 1) {
    const t = i / 50;
    const canary = random() < traffic.share;
    const instance = `${canary ? 'canary' : 'stable'}-${Math.floor(random() * (traffic.instances ?? 1))}`;
    const bad = random() < traffic.badRate({ t, canary, instance });
    const latencyMs = (traffic.latencyMs?.(canary) ?? 10) * (1 + random());
    analyser.observe({ t, canary, bad, latencyMs, client: null, instance });
    if (i % 50 === 0 && analyser.report().verdict === 'rollback') break;
  }
  return analyser.report();
}

describe('instances', () => {
  const tenPercent = { share: 0.1, requests: 20_000, instances: 4 };

  test('one sick instance of four is named, and the release is not taken back', () => {
    const report = run(createAnalyser(OPTIONS), {
      ...tenPercent,
      badRate: ({ instance }) => (instance === 'canary-2' ? 0.2 : 0.01),
    });
    expect(report.verdict).not.toBe('rollback');
    expect(report.blame).toEqual({ metric: 'errors', instance: 'canary-2' });
  });

  test('a bad version on all four is taken back', () => {
    const report = run(createAnalyser(OPTIONS), { ...tenPercent, badRate: ({ canary }) => (canary ? 0.05 : 0.01) });
    expect(report).toMatchObject({ verdict: 'rollback', blame: { metric: 'errors', instance: null } });
  });

  test('with two instances the node and the version cannot be told apart: the release is taken back', () => {
    const report = run(createAnalyser(OPTIONS), {
      ...tenPercent,
      instances: 2,
      badRate: ({ instance }) => (instance === 'canary-1' ? 0.2 : 0.01),
    });
    expect(report.verdict).toBe('rollback');
  });
});

describe('a cold start', () => {
  const grace = { seconds: 90, tolerance: 8 };
  const coldStart: Traffic = {
    share: 0.1,
    requests: 30_000,
    badRate: ({ t, canary }) => (canary && t < 60 ? 0.05 : 0.01),
  };

  test('is forgiven within the grace, and condemned without it', () => {
    expect(run(createAnalyser({ ...OPTIONS, grace }), coldStart).verdict).toBe('promote');
    expect(run(createAnalyser(OPTIONS), coldStart).verdict).toBe('rollback');
  });

  test('costs no more than the part of the capital that bets on it', () => {
    const analyser = createAnalyser({ ...OPTIONS, grace });
    const { logE } = run(analyser, { ...coldStart, requests: 90 * 50, badRate: () => 0.02 });
    expect(logE).toBeGreaterThan(Math.log(0.85) - 1e-9);
  });

  test('does not hide a release of which most requests fail', () => {
    const report = run(createAnalyser({ ...OPTIONS, grace }), {
      ...coldStart,
      badRate: ({ canary }) => (canary ? 0.6 : 0.01),
    });
    expect(report.verdict).toBe('rollback');
    expect(report.decidedAt).toBeLessThan(15);
  });

  test('slow first answers are forgiven as well', () => {
    const latency = { tolerance: 0.1, promoteBelow: 0.25 };
    const slow = { ...coldStart, requests: 4000, badRate: () => 0, latencyMs: (canary: boolean) => (canary ? 20 : 10) };
    expect(run(createAnalyser({ ...OPTIONS, latency, grace }), slow).verdict).not.toBe('rollback');
    expect(run(createAnalyser({ ...OPTIONS, latency }), slow).blame).toEqual({ metric: 'latency', instance: null });
  });
});

describe('an absolute floor', () => {
  const rare: Traffic = { share: 0.5, requests: 30_000, badRate: ({ canary }) => (canary ? 0.004 : 0.0001) };

  test('errors below it never undo a release', () => {
    expect(run(createAnalyser(OPTIONS), rare).verdict).toBe('rollback');
    const floored = { ...OPTIONS, errors: { ...OPTIONS.errors, floor: 0.005 } };
    expect(run(createAnalyser(floored), rare).verdict).not.toBe('rollback');
  });

  test('errors above it do', () => {
    const floored = { ...OPTIONS, errors: { ...OPTIONS.errors, floor: 0.005 } };
    const report = run(createAnalyser(floored), { ...rare, badRate: ({ canary }) => (canary ? 0.05 : 0.0001) });
    expect(report.verdict).toBe('rollback');
  });
});

describe('clients', () => {
  /** A client that fails tries again every second and is served by the same arm. */
  const retry = (analyser: Analyser, clientOf: (i: number) => string | null) => {
    analyser.cut(0, 0.05);
    const random = createRandom(9);
    const failing: { readonly client: string | null; readonly canary: boolean; readonly from: number }[] = [];
    for (let i = 0; i < 6000; i += 1) {
      const one = { client: clientOf(i), canary: random() < 0.05, from: i };
      const bad = random() < 0.004;
      analyser.observe({ t: i / 50, ...one, bad, latencyMs: 5, instance: null });
      if (bad) failing.push(one);
      for (const { client, canary, from } of failing) {
        if (i === from || (i - from) % 50 !== 0 || i - from > 600) continue;
        analyser.observe({ t: i / 50, client, canary, bad: true, latencyMs: 5, instance: null });
      }
    }
    return analyser.report();
  };

  test('retries of one client are one failure: a good release survives them', () => {
    expect(retry(createAnalyser(OPTIONS), (i) => `client-${i}`).logE).toBeLessThan(0);
    expect(retry(createAnalyser(OPTIONS), () => null).peakLogE).toBeGreaterThan(Math.log(100));
  });

  test('within a micro-batch a client is one request: the worst of its own', () => {
    const analyser = createAnalyser(OPTIONS);
    const common = { t: 1, canary: true, client: 'mia', instance: null };
    analyser.observe({ ...common, bad: false, latencyMs: 5 });
    analyser.observe({ ...common, bad: true, latencyMs: 9 });
    analyser.observe({ ...common, bad: false, latencyMs: 50 });
    expect(analyser.state().batch.units.map(([canary, bad, latencyMs]) => [canary, bad, latencyMs])).toEqual([
      [1, 1, 9],
    ]);
  });

  test('a client whose first request went well is heard when a later one fails', () => {
    const analyser = createAnalyser(OPTIONS);
    analyser.cut(0, 0.5);
    for (let i = 0; i < 400; i += 1) {
      const common = { canary: i % 2 === 0, latencyMs: 5, client: `client-${i}`, instance: null };
      analyser.observe({ ...common, t: i / 50, bad: false });
      analyser.observe({ ...common, t: i / 50 + 0.01, bad: i % 4 === 0 });
    }
    expect(analyser.report()).toMatchObject({ verdict: 'rollback', canary: { requests: 400, bad: 100 } });
  });
});

describe('the router', () => {
  const send = (share: number, options = OPTIONS) => {
    const analyser = createAnalyser(options);
    return run(analyser, { share, requests: 4000, badRate: () => 0.01 });
  };

  test('shares as configured say nothing against it', () => {
    expect(send(0.05).voidReason).toBeNull();
    expect(send(0.5).voidReason).toBeNull();
  });

  test('twice the configured share makes the analysis void, and says so', () => {
    const analyser = createAnalyser(OPTIONS);
    const random = createRandom(3);
    analyser.cut(0, 0.05);
    for (let i = 0; i < 4000; i += 1) {
      analyser.observe({ t: i / 50, canary: random() < 0.1, bad: false, latencyMs: 5, client: null, instance: null });
    }
    expect(analyser.report().verdict).toBe('void');
    expect(analyser.report().voidReason).toMatch(
      /^the candidate received [\d.]+ % of \d+ requests, 5 % was configured/,
    );
  });

  test('sticky clients that come back each minute are drawn once', () => {
    const analyser = createAnalyser(OPTIONS);
    analyser.cut(0, 0.05);
    for (let i = 0; i < 20_000; i += 1) {
      const one = i % 50;
      analyser.observe({
        t: i / 5,
        canary: one < 5,
        bad: false,
        latencyMs: 5,
        client: `client-${one}`,
        instance: null,
      });
    }
    expect(analyser.report().voidReason).toBeNull();
  });
});

describe('numbers that cannot be', () => {
  const good: Outcome = { t: 1, canary: true, bad: false, latencyMs: 5, client: null, instance: null };
  test.each([
    ['t', { ...good, t: Number.NaN }],
    ['latencyMs', { ...good, latencyMs: Number.NaN }],
    ['latencyMs', { ...good, latencyMs: -1 }],
  ])('a request is refused with the name of the field: %s', (field, outcome) => {
    expect(() => createAnalyser(OPTIONS).observe(outcome)).toThrow(new RegExp(`^${field} must be`));
  });

  test('a scrape is refused with the name of the field', () => {
    const arm = { requests: 10, bad: 1 };
    const count = (canary: object) =>
      createAnalyser(OPTIONS).count({ t: 1, canary: { ...arm, ...canary }, stable: arm });
    expect(() => count({ bad: 11 })).toThrow('canary.bad must be a count, at most the requests, not 11');
    expect(() => count({ requests: 1.5 })).toThrow('canary.requests must be');
    expect(() => count({ latency: [{ leMs: 5, count: -1 }] })).toThrow('canary.latency[0].count must be');
  });

  test('options are refused with their name', () => {
    expect(() => createAnalyser({ ...OPTIONS, alpha: 0 })).toThrow('alpha must be');
    expect(() => createAnalyser({ ...OPTIONS, errors: { ...OPTIONS.errors, promoteBelow: 1 } })).toThrow(
      'errors.promoteBelow',
    );
  });

  test('evidence gathered under other options is not continued', () => {
    const state = createAnalyser(OPTIONS).state();
    expect(() => createAnalyser({ ...OPTIONS, alpha: 0.05 }, state)).toThrow('state.options');
  });
});

test('a scrape that spans a change of weight is counted, and not judged', () => {
  const analyser = createAnalyser(OPTIONS);
  const scrape = (t: number) =>
    analyser.count({ t, canary: { requests: 50, bad: 20 }, stable: { requests: 950, bad: 5 } });
  analyser.cut(0, null);
  analyser.cut(20, null);
  scrape(30);
  expect(analyser.report()).toMatchObject({ verdict: 'undecided', canary: { requests: 50, bad: 20 } });
  scrape(45);
  expect(analyser.report()).toMatchObject({ verdict: 'rollback', decidedAt: 45 });
});

test('a slow trickle is judged in the end: old batches are closed', () => {
  const analyser = createAnalyser({ ...OPTIONS, history: { ratePerSecond: 50, quantilesMs: null } });
  for (let i = 0; i < 120; i += 1) {
    analyser.observe({ t: i * 5, canary: i % 4 === 0, bad: i % 4 === 0, latencyMs: 5, client: null, instance: null });
  }
  expect(analyser.report().verdict).toBe('rollback');
  expect(analyser.report().decidedAt).toBeLessThan(200);
});

test('the interval holds the true ratio, and is wide while little is known', () => {
  const short = run(createAnalyser(OPTIONS), { share: 0.5, requests: 700, badRate: () => 0.01 }).ratio;
  const long = run(createAnalyser(OPTIONS), { share: 0.5, requests: 20_000, badRate: () => 0.05 }).ratio;
  expect(short?.high ?? 0).toBeGreaterThan(3);
  expect(long?.low ?? 9).toBeLessThan(1);
  expect(long?.high ?? 0).toBeGreaterThan(1);
  expect((long?.high ?? 9) / (long?.low ?? 1)).toBeLessThan(2.2);
});
