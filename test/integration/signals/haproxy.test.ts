/** A real HAProxy that is not ours as a source: over its stats socket, and over its statistics page. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { haproxySignal } from '../../../src/signals/haproxy.ts';
import type { HaproxySpec } from '../../../src/signals/spec.ts';
import { type ReleaseServer, startReleaseServer } from '../../../src/testing/release-server.ts';
import { type Served, signalContract, type SignalSubject } from '../../../src/testing/signal-contract.ts';
import { openLine } from '../../support/line.ts';
import { type RunningHaproxy, startHaproxy } from '../../support/haproxy.ts';
import { signalContext } from './signal-context.ts';

const PASSWORD = 'stats-password';
const BASIC = `Basic ${Buffer.from(`stats:${PASSWORD}`).toString('base64')}`;
const ROWS = { canary: { backend: 'shop', server: 'canary' }, stable: { backend: 'shop', server: 'stable' } };
const context = signalContext();

let servers: { canary: ReleaseServer; stable: ReleaseServer };
let haproxy: RunningHaproxy;

beforeAll(async () => {
  servers = { canary: await startReleaseServer('canary'), stable: await startReleaseServer('stable') };
  haproxy = await startHaproxy({ canary: servers.canary.backend.port, stable: servers.stable.backend.port }, PASSWORD);
});
afterAll(async () => {
  await haproxy.stop();
  await Promise.all([servers.canary.close(), servers.stable.close()]);
});

async function send(to: 'canary' | 'stable', { requests, bad }: Served): Promise<void> {
  for (let index = 0; index < requests; index++) {
    const path = index < bad ? '/status/500' : '/';
    await (await fetch(haproxy.origin + path, { headers: { 'x-to': to } })).text();
  }
}

/** A clock that rises by a millisecond with each look at the least. */
function rising(): () => number {
  let last = 0;
  return () => (last = Math.max(last + 1, Date.now()));
}

function subject(spec: HaproxySpec, cut: () => Promise<void>): SignalSubject {
  const now = rising();
  return {
    open: () => haproxySignal(spec, now),
    context,
    async serve({ canary, stable }) {
      await send('canary', canary);
      await send('stable', stable);
    },
    idle: async () => undefined,
    disconnect: cut,
    secrets: [PASSWORD, BASIC],
    close: cut,
  };
}

const socketSpec = (socket: string): HaproxySpec => ({ type: 'haproxy', from: { socket, timeoutMs: 2_000 }, ...ROWS });

signalContract({
  test,
  name: 'haproxy, socket',
  make: async () => {
    const spec = { ...socketSpec(haproxy.socket) };
    const from = { ...spec.from } as { socket: string; timeoutMs: number };
    // A path where nobody listens stands for a HAProxy that is gone: stopping it would cost the other tests theirs.
    return subject({ ...spec, from }, async () => void (from.socket = `${haproxy.socket}.gone`));
  },
});

signalContract({
  test,
  name: 'haproxy, page',
  make: async () => {
    const line = await openLine(Number(new URL(haproxy.csv).port));
    const url = `http://127.0.0.1:${line.port}/stats;csv`;
    const headers = { Authorization: { reveal: () => BASIC } };
    return subject({ type: 'haproxy', from: { url, headers, timeoutMs: 2_000 }, ...ROWS }, () => line.cut());
  },
});

test('a server that cannot be reached, or breaks off, counts as errors of its release', async () => {
  const signal = haproxySignal(socketSpec(haproxy.socket), rising());
  const { cursor } = await signal.read(context, null);
  await servers.canary.close();
  await send('canary', { requests: 3, bad: 0 });
  await send('stable', { requests: 3, bad: 0 });
  const { reading } = await signal.read(context, cursor);
  servers = { ...servers, canary: await startReleaseServer('canary') };
  expect(reading).toMatchObject({ canary: { requests: 3, bad: 3 }, stable: { requests: 3, bad: 0 } });
});

test('after a restart of HAProxy all of the new numbers are new, also where they are higher', async () => {
  await haproxy.kill();
  await haproxy.start();
  const signal = haproxySignal(socketSpec(haproxy.socket), rising());
  await send('stable', { requests: 1, bad: 0 });
  const { cursor } = await signal.read(context, null);
  await haproxy.kill();
  await haproxy.start();
  await send('stable', { requests: 4, bad: 1 });
  const { reading } = await signal.read(context, cursor);
  expect(reading).toMatchObject({ stable: { requests: 4, bad: 1 }, canary: { requests: 0, bad: 0 } });
});

test.each([
  ['backend', { backend: 'shopp', server: null }, 'there is no backend named shopp for canary; did you mean shop?'],
  [
    'server',
    { backend: 'shop', server: 'green' },
    'no server of backend shop named green for canary; there are stable, canary',
  ],
])('a %s that is not there is refused, with what there is', async (_, canary, why) => {
  const signal = haproxySignal({ ...socketSpec(haproxy.socket), canary });
  await expect(signal.reachable(context)).rejects.toMatchObject({
    code: 'CONFIG_INVALID',
    why: expect.stringContaining(why),
  });
});
