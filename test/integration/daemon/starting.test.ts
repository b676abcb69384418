/** Who may reach the daemon, and that a home never has two. */
import { chmodSync, mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { daemonAddress } from '../../../src/daemon/address.ts';
import { connectDaemon } from '../../../src/daemon/client.ts';
import { appSpec, fence, gone, lives, makeDaemonHome, processOf, until, type DaemonHome } from './daemon-home.ts';

let daemon: DaemonHome;
beforeEach(() => {
  daemon = makeDaemonHome();
});
afterEach(async () => daemon.close());

test('clients that come at once start one daemon', async () => {
  const clients = await Promise.all(Array.from({ length: 4 }, () => daemon.connect()));
  const pids = await Promise.all(clients.map(async (client) => (await client.info()).pid));
  expect(new Set(pids).size).toBe(1);
  expect(daemon.guardians.length).toBe(1);
});

test('only the owner can reach the socket or read the state', async () => {
  const client = await daemon.connect();
  await client.resume('shop', fence());
  const mode = (path: string) => (statSync(path).mode & 0o777).toString(8);
  expect([daemon.address, dirname(daemon.address), daemon.home, join(daemon.home, 'state.json')].map(mode)).toEqual([
    '600',
    '700',
    '700',
    '600',
  ]);
});

test('a socket folder that others may enter is refused', async () => {
  const folder = dirname(daemon.address);
  mkdirSync(folder, { recursive: true });
  chmodSync(folder, 0o755);
  await expect(daemon.connect()).rejects.toMatchObject({ code: 'TARGET_FAILED', why: expect.stringContaining('755') });
  expect(daemon.guardians).toEqual([]);
});

test('the address is short however deep the home lies', () => {
  const deep = join(mkdtempSync(join(tmpdir(), 'belay-deep-')), 'd'.repeat(100), 'e'.repeat(100));
  const address = daemonAddress(deep);
  expect(address.length).toBeLessThan(60);
  expect(address.startsWith(`/tmp/belay-${userInfo().uid}/`)).toBe(true);
  rmSync(dirname(dirname(deep)), { recursive: true });
});

test('a daemon that does not come up is reported in time, with where to look', async () => {
  const { home, socketBase } = daemon;
  const connect = connectDaemon({ home, socketBase, version: '0.1.0', limitMs: 300, spawn: () => undefined });
  await expect(connect).rejects.toMatchObject({
    code: 'TARGET_UNREACHABLE',
    next: expect.stringContaining('daemon.log'),
  });
});

test('a daemon of an incompatible version is not used', async () => {
  await daemon.connect();
  const { home, socketBase } = daemon;
  const connect = connectDaemon({ home, socketBase, version: '0.2.0', spawn: () => undefined });
  await expect(connect).rejects.toMatchObject({ code: 'TARGET_UNREACHABLE', next: 'belay daemon stop' });
});

test('shutdown ends applications, daemon and guardian; the next daemon brings the applications back', async () => {
  const client = await daemon.connect();
  await client.start('shop', fence(), await appSpec(daemon, 's1'));
  const { pid } = await processOf(client, 'shop', 's1');
  const info = await client.info();
  await client.shutdown();
  await gone([info.pid, pid ?? 0, ...daemon.guardians]);
  const again = await daemon.connect();
  expect((await again.info()).pid).not.toBe(info.pid);
  await until('it runs again', async () => (await processOf(again, 'shop', 's1')).state === 'running');
  expect(lives((await processOf(again, 'shop', 's1')).pid ?? 0)).toBe(true);
});
