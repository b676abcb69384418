/** What signals are asked with in tests. */
import type { SignalContext } from '../../../src/signals/signal.ts';

export const CANARY = 'r-4f2c1d9-c';
export const STABLE = 'r-3b9e0aa-s';

export function signalContext(urls: SignalContext['urls'] = { canary: null, stable: null }): SignalContext {
  return {
    canary: CANARY,
    stable: STABLE,
    urls,
    signal: new AbortController().signal,
    exec: () => Promise.reject(new Error('no signal runs a program')),
  };
}
