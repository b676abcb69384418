/** One real canary under load: what the record says of it, and when its share was seen to be 0 at the router itself. */
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { EventData, JournalEvent } from '../../src/core/events.ts';
import { daemonAddress } from '../../src/daemon/address.ts';
import { clientOf } from '../../src/daemon/client.ts';
import type { DaemonClient } from '../../src/daemon/protocol.ts';
import type { BelayProject } from '../support/belay.ts';

export type Router = 'embedded' | 'haproxy';

export interface LiveCanary {
  /** `taken back` and `shown good` on evidence; `cannot tell`: the time was over; `void`: the shares were suspected; else it went wrong. */
  readonly ended: 'taken back' | 'shown good' | 'cannot tell' | 'void' | 'otherwise';
  /** What belay printed. */
  readonly output: string;
  /** That the decision rests on. */
  readonly requests: number;
  /** From the first request that was seen to the one that decided. */
  readonly seconds: number;
  /** From the request that decided, by the record, to the first look at the router with everybody on the old release. */
  readonly toShareZeroMs: number | null;
}

export interface LiveShop {
  readonly steps: string;
  readonly port: number;
  readonly router: Router;
}

/** Time to be found in is plenty; latency and errors are judged as they are by default. */
export const liveConfiguration = ({ steps, port, router }: LiveShop): string => `app: shop
environments:
  production:
    targets:
      web:
        type: local
        start: node server.mjs
        port: ${port}
        router: ${router}
        probe: { path: /healthz }
        drain: { requests: 2s, streams: 2s, kill: 2s }
    strategy:
      type: canary
      steps: ${steps}
      maxHold: 60s
      # The application warms itself up.
      grace: { time: 0s }
    triggers: []
    bake: { time: 0s }
`;

const LOOK_EVERY_MS = 20;

export function daemonOf({ folder }: BelayProject): DaemonClient {
  return clientOf(daemonAddress(join(folder, '.belay/daemon')));
}

async function sharesOf(daemon: DaemonClient): Promise<Readonly<Record<string, number>>> {
  const [name = ''] = (await daemon.info()).apps;
  return (await daemon.app(name))?.table.shares ?? {};
}

/** When everybody was seen back on the old release, on the wall clock; null when the deployment ended without that. */
async function watchForReturn(daemon: DaemonClient, stable: string, over: AbortSignal): Promise<number | null> {
  for (let shared = false; !over.aborted; await delay(LOOK_EVERY_MS)) {
    const share = (await sharesOf(daemon))[stable] ?? 0;
    if (shared && share === 1) return Date.now();
    shared ||= share < 1;
  }
  return null;
}

function lastMeasured(project: BelayProject): EventData['analysis.measured'] | null {
  const { events } = JSON.parse(project.run('show', '--json')) as { events: readonly JournalEvent[] };
  const last = events.findLast((event) => event.kind === 'analysis.measured');
  return last?.kind === 'analysis.measured' ? last.data : null;
}

const ENDINGS = { rollback: 'taken back', promote: 'shown good', undecided: 'cannot tell', void: 'void' } as const;

/** Deploys what was committed last, over the release that is live. */
export async function deployCanary(project: BelayProject): Promise<LiveCanary> {
  const daemon = daemonOf(project);
  const [stable = ''] = Object.keys(await sharesOf(daemon));
  const over = new AbortController();
  const returning = watchForReturn(daemon, stable, over.signal);
  const { code, output } = await project.attempt('deploy').finally(() => over.abort());
  const returnedAt = await returning;
  const source = lastMeasured(project)?.sources[0];
  const decidedAt = source?.report.decidedAt ?? null;
  const ended = source && (code === 0 || code === 5) ? ENDINGS[source.report.verdict] : 'otherwise';
  const decided = source?.origin != null && decidedAt !== null ? source.origin + decidedAt * 1_000 : null;
  return {
    ended,
    output,
    requests: source?.report.canary.requests ?? 0,
    seconds: decidedAt ?? Number.POSITIVE_INFINITY,
    toShareZeroMs: ended === 'taken back' && decided !== null && returnedAt !== null ? returnedAt - decided : null,
  };
}
