/** Requests of our own to both releases: side by side, at a bounded rate, and honest about silence. */
import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import { probeSignal } from '../../../src/signals/probe.ts';
import type { ProbeSpec } from '../../../src/signals/spec.ts';
import { signalContract, type SignalSubject } from '../../../src/testing/signal-contract.ts';
import { CANARY, signalContext, STABLE } from './signal-context.ts';

const SPEC: ProbeSpec = {
  type: 'probe',
  paths: ['/', '/cart?items=2'],
  headers: { Cookie: { reveal: () => 'session=probe-secret' } },
  perSecond: 10,
  timeoutMs: 2_000,
};

interface App {
  readonly url: string;
  readonly asked: { readonly path: string; readonly cookie: string | undefined }[];
  /** So many of the next requests fail. */
  fail: number;
  close(): Promise<void>;
}

async function startApp(): Promise<App> {
  const asked: App['asked'] = [];
  const state = { fail: 0 };
  const server = createServer((req, res) => {
    asked.push({ path: req.url ?? '', cookie: req.headers.cookie });
    res.statusCode = state.fail > 0 ? 503 : 200;
    state.fail = Math.max(0, state.fail - 1);
    res.end('ok');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return Object.assign(state, {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    async close() {
      if (!server.listening) return;
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  });
}

interface Scene extends SignalSubject {
  readonly canary: App;
  readonly stable: App;
  /** Lets time pass. */
  pass(ms: number): void;
}

async function makeScene(spec: ProbeSpec = SPEC): Promise<Scene> {
  const [canary, stable] = [await startApp(), await startApp()];
  let time = 1_700_000_000_000;
  const close = async () => void (await Promise.all([canary.close(), stable.close()]));
  return {
    canary,
    stable,
    pass: (ms) => void (time += ms),
    open: () => probeSignal(spec, () => time),
    context: signalContext({ canary: canary.url, stable: stable.url }),
    async serve(traffic) {
      canary.fail = traffic.canary.bad;
      stable.fail = traffic.stable.bad;
      time += (traffic.canary.requests * 1_000) / spec.perSecond;
    },
    idle: async () => undefined,
    async disconnect() {
      await close();
      time += 1_000;
    },
    secrets: ['probe-secret'],
    close,
  };
}

/** Its requests are made by looking: what is due is asked, however many looks it takes. */
signalContract({
  test: (name, run) => (/goes on|no traffic/.test(name) ? undefined : test(name, run)),
  name: 'probe',
  make: () => makeScene(),
});

async function withScene(run: (scene: Scene) => Promise<void>): Promise<void> {
  const scene = await makeScene();
  try {
    await run(scene);
  } finally {
    await scene.close();
  }
}

test('both are asked the same, as often as the rate says, over looks and processes', () =>
  withScene(async ({ open, context, pass, canary, stable }) => {
    let { cursor } = await open().read(context, null);
    let asked = 0;
    for (const ms of [250, 250, 30, 470]) {
      pass(ms);
      const step = await open().read(context, cursor);
      cursor = JSON.parse(JSON.stringify(step.cursor));
      asked += step.reading.kind === 'requests' ? step.reading.items.length : 0;
    }
    expect(asked).toBe(20);
    expect(canary.asked.map(({ path }) => path).toSorted()).toEqual(stable.asked.map(({ path }) => path).toSorted());
    expect(canary.asked.filter(({ path }) => path === '/cart?items=2')).toHaveLength(5);
    expect(canary.asked[0]?.cookie).toBe('session=probe-secret');
  }));

test('after an hour without a look it does not make up for it at once', () =>
  withScene(async ({ open, context, pass, canary }) => {
    const { cursor } = await open().read(context, null);
    pass(3_600_000);
    const late = await open().read(context, cursor);
    expect(canary.asked).toHaveLength(50);
    expect((await open().read(context, late.cursor)).reading.kind).toBe('no-data');
  }));

test('a release that does not answer has failed; the other has not', () =>
  withScene(async ({ open, context, pass, canary }) => {
    const { cursor } = await open().read(context, null);
    await canary.close();
    pass(300);
    const { reading } = await open().read(context, cursor);
    const statuses = (release: string) =>
      reading.kind === 'requests'
        ? reading.items.filter((item) => item.release === release).map((item) => item.status)
        : [];
    expect(statuses(CANARY)).toEqual([0, 0, 0]);
    expect(statuses(STABLE)).toEqual([200, 200, 200]);
  }));

test('before the rollout there is only the stable release to ask', () =>
  withScene(async ({ open, stable, context }) => {
    const { urls } = context;
    const gate = { ...context, canary: STABLE, urls: { ...urls, canary: null } };
    await open().reachable(gate);
    expect(stable.asked).toHaveLength(1);
    stable.fail = 1;
    await expect(open().reachable(gate)).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      why: 'the stable release answers / with 503: ask what works',
    });
  }));

test.each([
  ['stable release', { canary: 'http://127.0.0.1:9', stable: null }],
  ['canary', { canary: null, stable: 'http://127.0.0.1:9' }],
])('a %s without an address of its own cannot be probed', async (who, urls) => {
  const context = signalContext(urls);
  const refusal = { code: 'CONFIG_INVALID', why: `the ${who} has no address of its own on this target` };
  let time = 0;
  const signal = probeSignal(SPEC, () => (time += 1_000));
  const { cursor } = await signal.read(context, null);
  await expect(signal.read(context, cursor)).rejects.toMatchObject(refusal);
  if (who !== 'canary') await expect(signal.reachable(context)).rejects.toMatchObject(refusal);
});

test.each([
  ['no path', { paths: [] }],
  ['a rate that is a load test', { perSecond: 1_000 }],
])('%s is refused when the signal is made', (_, wrong) => {
  expect(() => probeSignal({ ...SPEC, ...wrong })).toThrow(/probe cannot be used/);
});
