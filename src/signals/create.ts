/** From what the configuration says to signals that can be read. Loads only what is configured. */
import type { Signal } from './signal.ts';
import type { OutsideSignal } from './spec.ts';

/** @throws Problem CONFIG_INVALID for options that cannot work */
export function createSignals(specs: readonly OutsideSignal[]): Promise<Signal[]> {
  return Promise.all(specs.map(createSignal));
}

async function createSignal(spec: OutsideSignal): Promise<Signal> {
  switch (spec.type) {
    case 'prometheus':
      return (await import('./prometheus.ts')).prometheusSignal(spec);
    case 'http':
      return (await import('./http-json.ts')).httpJsonSignal(spec);
    case 'haproxy':
      return (await import('./haproxy.ts')).haproxySignal(spec);
    case 'sentry':
      return (await import('./sentry.ts')).sentrySignal(spec);
    case 'probe':
      return (await import('./probe.ts')).probeSignal(spec);
  }
}
