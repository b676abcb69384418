/** Written signals into the one form that they are made from (`signals/create.ts`). */
import type { ArmQuery, HttpAccess, SignalSpec } from '../signals/spec.ts';
import { ms } from './normalize-common.ts';
import { SIGNAL_DEFAULTS as DEFAULTS, type WrittenSignals } from './shape-signals.ts';
import { absolute, type Surroundings, toSecret } from './surroundings.ts';

type Written = WrittenSignals[number];
type Of<Type extends Written['type']> = Extract<Written, { type: Type }>;
type WrittenQuery = Of<'prometheus'>['requests'];

/** `where` is the path of the list, for messages about secrets. */
export function normalizeSignals(written: WrittenSignals, where: string, around: Surroundings): SignalSpec[] {
  return written.map((signal, index) => normalizeSignal(signal, `${where}[${index}]`, around));
}

function normalizeSignal(written: Written, where: string, around: Surroundings): SignalSpec {
  switch (written.type) {
    case 'router':
      return { type: 'router' };
    case 'prometheus':
      return normalizePrometheus(written, where, around);
    case 'http':
      return {
        type: 'http',
        ...access(written.url, written, where, around),
        canary: written.canary,
        stable: written.stable,
        counts: written.counts ?? DEFAULTS.counts,
        at: written.at ?? null,
        everyMs: ms(written.every ?? DEFAULTS.every),
      };
    case 'haproxy':
      return normalizeHaproxy(written, where, around);
    case 'sentry':
      return normalizeSentry(written, where, around);
    case 'probe':
      return {
        type: 'probe',
        paths: [...(written.paths ?? DEFAULTS.probe.paths)],
        perSecond: written.perSecond ?? DEFAULTS.probe.perSecond,
        headers: headersOf(written.headers, where, around),
        timeoutMs: ms(written.timeout ?? DEFAULTS.timeout),
      };
  }
}

function normalizePrometheus(written: Of<'prometheus'>, where: string, around: Surroundings): SignalSpec {
  const { latency } = written;
  return {
    type: 'prometheus',
    ...access(written.url, written, where, around),
    requests: armQuery(written.requests),
    errors: armQuery(written.errors),
    latency: latency ? { ...armQuery(latency), unit: latency.unit ?? DEFAULTS.unit } : null,
    job: written.job ?? null,
    scrapeMs: ms(written.scrape ?? DEFAULTS.scrape),
  };
}

/** The shape has seen that one of the two forms is whole. */
function armQuery({ canary = '', stable = '', query, by = '', values }: WrittenQuery): ArmQuery {
  if (query === undefined) return { canary, stable };
  return { query, label: by, values: values ?? DEFAULTS.releases };
}

function normalizeHaproxy(written: Of<'haproxy'>, where: string, around: Surroundings): SignalSpec {
  const row = ({ backend, server }: Of<'haproxy'>['canary']) => ({ backend, server: server ?? null });
  const { url } = written;
  const over = {
    socket: absolute(around, written.socket ?? DEFAULTS.socket),
    timeoutMs: ms(written.timeout ?? DEFAULTS.timeout),
  };
  return {
    type: 'haproxy',
    from: url === undefined ? over : access(url, written, where, around),
    canary: row(written.canary),
    stable: row(written.stable),
  };
}

function normalizeSentry(written: Of<'sentry'>, where: string, around: Surroundings): SignalSpec {
  return {
    type: 'sentry',
    url: written.url ?? DEFAULTS.sentry.url,
    organization: written.organization,
    projects: [...(written.projects ?? [])],
    environment: written.environment ?? null,
    token: toSecret(written.token, `${where}.token`, around),
    releases: written.releases ?? DEFAULTS.releases,
    bad: written.bad ?? DEFAULTS.sentry.bad,
    timeoutMs: ms(written.timeout ?? DEFAULTS.timeout),
    lagMs: ms(written.lag ?? DEFAULTS.sentry.lag),
  };
}

type WrittenAccess = Pick<Of<'http'>, 'headers' | 'timeout'>;

function access(url: string, written: WrittenAccess, where: string, around: Surroundings): HttpAccess {
  return {
    url,
    headers: headersOf(written.headers, where, around),
    timeoutMs: ms(written.timeout ?? DEFAULTS.timeout),
  };
}

function headersOf(written: WrittenAccess['headers'], where: string, around: Surroundings): HttpAccess['headers'] {
  const normal = Object.entries(written ?? {}).map(([name, value]) => [
    name,
    typeof value === 'string' ? value : toSecret(value, `${where}.headers.${name}`, around),
  ]);
  return Object.fromEntries(normal) as HttpAccess['headers'];
}
