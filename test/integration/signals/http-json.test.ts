/** Any endpoint that answers with JSON as a source. */
import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import { httpJsonSignal } from '../../../src/signals/http-json.ts';
import type { HttpJsonSpec } from '../../../src/signals/spec.ts';
import { type Served, signalContract, type SignalSubject } from '../../../src/testing/signal-contract.ts';
import { CANARY, signalContext, STABLE } from './signal-context.ts';

const context = signalContext();
const paths = (arm: string) => ({ requests: `$.releases['${arm}'].total`, errors: `$.releases['${arm}'].failed` });

interface Scene extends SignalSubject {
  readonly spec: HttpJsonSpec;
  /** What the endpoint answers next instead of its numbers. */
  answer: { status: number; body: string } | null;
  at: number;
  numbers: Record<string, { total: number; failed: number }>;
}

async function makeScene(more: Partial<HttpJsonSpec> = {}): Promise<Scene> {
  const interval = more.counts === 'interval';
  const asked: string[] = [];
  const state: Pick<Scene, 'answer' | 'at' | 'numbers'> = { answer: null, at: Date.now(), numbers: {} };
  const server = createServer((req, res) => {
    asked.push(req.headers.authorization ?? '');
    res.statusCode = state.answer?.status ?? 200;
    res.end(state.answer?.body ?? JSON.stringify({ at: new Date(state.at).toISOString(), releases: state.numbers }));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const close = async () => {
    server.closeAllConnections();
    if (server.listening) await new Promise((resolve) => server.close(resolve));
  };
  const spec: HttpJsonSpec = {
    type: 'http',
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/numbers?token=query-secret`,
    headers: { Authorization: { reveal: () => 'Bearer header-secret' } },
    timeoutMs: 2_000,
    canary: paths('{canary}'),
    stable: paths('{stable}'),
    counts: 'cumulative',
    at: '$.at',
    everyMs: 10_000,
    ...more,
  };
  const zero = { total: 0, failed: 0 };
  state.numbers = { [CANARY]: zero, [STABLE]: zero };
  const add = (release: string, { requests, bad }: Served) => {
    const { total, failed } = interval ? zero : (state.numbers[release] ?? zero);
    state.numbers[release] = { total: total + requests, failed: failed + bad };
  };
  return Object.assign(state, {
    spec,
    context,
    open: () => httpJsonSignal(spec),
    async serve({ canary, stable }: { canary: Served; stable: Served }) {
      state.at += 1;
      add(CANARY, canary);
      add(STABLE, stable);
    },
    async idle() {
      if (interval) return;
      state.at += 1;
    },
    async silence() {
      state.at += 1;
      state.numbers = {};
    },
    disconnect: close,
    secrets: ['query-secret', 'header-secret'],
    close,
  });
}

signalContract({ test, name: 'http, cumulative', make: () => makeScene() });
signalContract({ test, name: 'http, per interval', make: () => makeScene({ counts: 'interval' }) });

async function withScene(more: Partial<HttpJsonSpec>, run: (scene: Scene) => Promise<void>): Promise<void> {
  const scene = await makeScene(more);
  try {
    await run(scene);
  } finally {
    await scene.close();
  }
}

test('numbers that are not renewed any more are no data, with their age', () =>
  withScene({}, async (scene) => {
    scene.at = Date.now() - 120_000;
    const { reading } = await scene.open().read(context, null);
    expect(reading).toMatchObject({
      kind: 'no-data',
      why: expect.stringMatching(/of http is (2 min|1 min 59 s).* old; at most 21\.5 s/),
    });
  }));

test('numbers of the future are no data', () =>
  withScene({}, async (scene) => {
    scene.at = Date.now() + 600_000;
    const { reading } = await scene.open().read(context, null);
    expect(reading).toMatchObject({ kind: 'no-data', why: expect.stringMatching(/in the future/) });
  }));

test.each([
  ['a page instead of JSON', 200, '<html>', 'after-change', 'does not answer with JSON'],
  ['a missing page', 404, '', 'after-change', 'answers 404'],
  ['a redirect to a login', 302, '', 'after-change', 'answers 302'],
  ['no access', 403, '', 'after-change', 'refuses access (403)'],
  ['an overloaded server', 503, '', 'later', 'answers 503'],
  ['too many questions', 429, '', 'later', 'asked too often'],
])('%s is a problem', (_, status, body, retry, why) =>
  withScene({}, async (scene) => {
    scene.answer = { status, body };
    const error: unknown = await scene
      .open()
      .read(context, null)
      .catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ name: 'Problem', retry, why: expect.stringContaining(why) });
    expect(JSON.stringify(error) + String(error)).not.toContain('query-secret');
  }),
);

test('an answer that does not come is given up in time', () =>
  withScene({ timeoutMs: 50 }, async (scene) => {
    const silent = createServer(() => undefined);
    silent.listen(0, '127.0.0.1');
    await once(silent, 'listening');
    const url = `http://127.0.0.1:${(silent.address() as AddressInfo).port}/`;
    await expect(httpJsonSignal({ ...scene.spec, url }).read(context, null)).rejects.toMatchObject({
      retry: 'later',
      why: `${url} gave no answer within 50 ms`,
    });
    silent.closeAllConnections();
    silent.close();
  }));

test.each([
  ['a path that is none', { canary: { requests: '$.[', errors: '$.a' } }, 'is not a JSONPath'],
  ['a path to nothing', { stable: { requests: '$.none', errors: '$.none' } }, 'selects nothing for the stable release'],
  ['a path to many', { stable: { requests: '$.releases.*.total', errors: '$.a' } }, 'selects 2 values'],
  ['a path to a text', { stable: { requests: '$.at', errors: '$.a' } }, 'and no count'],
])('%s is refused before the rollout', (_, more, why) =>
  withScene(more, async (scene) => {
    await expect(scene.open().reachable(context)).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      why: expect.stringContaining(why),
    });
  }),
);

test.each([
  ['a password in the address', { url: 'http://user:pass-word@host/' }],
  ['an address of another kind', { url: 'ftp://host/' }],
  ['intervals without their time', { counts: 'interval' as const, at: null }],
])('%s is refused when the signal is made, and not repeated', (_, wrong) =>
  withScene({}, async ({ spec }) => {
    expect(() => httpJsonSignal({ ...spec, ...wrong })).toThrow(expect.objectContaining({ code: 'CONFIG_INVALID' }));
    expect(() => httpJsonSignal({ ...spec, ...wrong })).not.toThrow(/pass-word/);
  }),
);
