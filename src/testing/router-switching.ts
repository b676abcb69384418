/** The part of the router contract that a switch of releases rests on: holding traffic and draining a release. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { eventually, statsOf, upgrade, type Check } from './router-scene.ts';

export function holding(check: Check): void {
  check('holds requests, reaches nobody meanwhile, and then goes to what is live', async (scene) => {
    const { apply, get, stable, candidate } = scene;
    await apply({ stable: 1 }, 10_000);
    const waiting = Promise.all(Array.from({ length: 20 }, async () => (await get()).text()));
    await delay(100);
    assert.deepEqual([stable.reached(), candidate.reached()], [0, 0]);
    await apply({ 'candidate-1': 1 });
    assert.deepEqual(new Set(await waiting), new Set(['candidate-1']));
    assert.equal(stable.reached(), 0);
  });

  check('answers that it is being updated when the hold lasts too long', async ({ apply, get, stable }) => {
    await apply({ stable: 1 }, 150);
    const began = performance.now();
    const response = await get();
    assert.equal(response.status, 503);
    assert.ok(Number(response.headers.get('retry-after')) > 0);
    assert.ok(performance.now() - began >= 145);
    assert.equal(stable.reached(), 0);
  });
}

export function draining(check: Check): void {
  check('waits for the requests that a release still has', async (scene) => {
    await scene.apply({ stable: 1 });
    const slow = scene.get('/slow/200');
    await eventually('it arrived', () => scene.stable.reached() === 1);
    await scene.apply({ 'candidate-1': 1 });
    const cut = await scene.router.drain('stable', { requestsMs: 5_000, streamsMs: 0 });
    assert.deepEqual(cut, { requests: 0, streams: 0 });
    assert.equal((await statsOf(scene, 'stable')).inFlight, 0);
    assert.equal(await (await slow).text(), 'stable');
  });

  check('cuts requests, then streams, each at its own limit', async (scene) => {
    await scene.apply({ stable: 1 });
    // Not safe to repeat: a router may ask what is live now for the others.
    const slow = fetch(`${scene.origin}/slow/10000`, { method: 'POST' }).then(
      (response) => response.status,
      () => 0,
    );
    const socket = await upgrade(scene.origin);
    const socketClosed = once(socket.resume(), 'close');
    await eventually('both arrived', () => scene.stable.reached() === 2);
    await scene.apply({ 'candidate-1': 1 });
    const began = performance.now();
    assert.deepEqual(await scene.router.drain('stable', { requestsMs: 100, streamsMs: 200 }), {
      requests: 1,
      streams: 1,
    });
    assert.ok(performance.now() - began >= 295);
    assert.ok([0, 502, 503].includes(await slow));
    await socketClosed;
    assert.equal((await statsOf(scene, 'stable')).inFlight, 0);
  });

  check('has nothing to wait for when the release is unknown', async ({ router }) => {
    assert.deepEqual(await router.drain('nobody', { requestsMs: 5_000, streamsMs: 5_000 }), {
      requests: 0,
      streams: 0,
    });
  });
}
