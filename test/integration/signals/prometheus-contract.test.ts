/** A real Prometheus as a source keeps the contract of signals: raw counters, and sums over processes. */
import { afterAll, beforeAll, test } from 'vitest';
import { signalContract } from '../../../src/testing/signal-contract.ts';
import { openPrometheusScene, type PrometheusScene, RAW, SUMS } from './prometheus-scene.ts';

let scene: PrometheusScene;
beforeAll(async () => {
  scene = await openPrometheusScene();
});
afterAll(() => scene.close());

signalContract({ test, name: 'prometheus, raw counters', make: () => scene.subject(RAW) });
signalContract({ test, name: 'prometheus, sums', make: () => scene.subject(SUMS) });
