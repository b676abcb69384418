/** What another environment may take over: the release that is live there, read back and answering. Takes no lock. */
import { checkLive } from './check-live.ts';
import { Problem } from './errors.ts';
import { lookWithin, observe } from './observe.ts';
import { environmentRow, requireOpenEnvironment } from './open.ts';
import type { Environment, Runtime } from './runtime.ts';
import type { EnvironmentRow } from './views.ts';

export type LiveRelease = NonNullable<EnvironmentRow['live']>;

/** @throws Problem NOTHING_TO_ROLL_BACK, ATTENTION, PAUSED, DRIFT, UNHEALTHY, TARGET_UNREACHABLE */
export async function requirePromotable(runtime: Runtime, from: Environment): Promise<LiveRelease> {
  const row = await environmentRow(runtime, from.name);
  requireOpenEnvironment(row, from.name);
  if (!row?.live) {
    throw new Problem('RELEASE_UNKNOWN', `Nothing is live on ${from.name}`, {
      next: `belay deploy --env ${from.name}`,
    });
  }
  if (row.open) {
    throw new Problem('GATE_REFUSED', `Deployment ${row.open} of ${from.name} has not ended`, {
      why: 'what is live there may still be taken back',
      next: `belay status --env ${from.name}`,
      retry: 'later',
    });
  }
  const { drift } = await observe(runtime, from, row);
  if (drift.length > 0) {
    throw new Problem('DRIFT', `What is live on ${from.name} is not what was deployed there`, {
      why: drift
        .map((one) => `${one.target}: ${one.saw ?? 'nothing'} instead of ${one.expected ?? 'nothing'}`)
        .join('; '),
      next: `belay status --env ${from.name}`,
    });
  }
  await requireHealthy(runtime, from, row.live);
  await requireChecks(runtime, from, row.live);
  return row.live;
}

const GOOD = new Set(['pass', 'warn', 'not-configured']);

/** Those that let it commit there, once more: what has gone bad since is not passed on. */
async function requireChecks(runtime: Runtime, from: Environment, live: LiveRelease): Promise<void> {
  if (from.checks.length === 0) return;
  const bad = (await checkLive(runtime, from)).filter(({ status }) => !GOOD.has(status));
  if (bad.length === 0) return;
  throw new Problem('UNHEALTHY', `${live.release} does not pass the checks of ${from.name}`, {
    why: bad.map(({ check, summary }) => `${check}: ${summary}`).join('; '),
    next: `belay check --env ${from.name}`,
    details: bad.flatMap(({ findings }) => findings),
  });
}

async function requireHealthy(runtime: Runtime, from: Environment, live: LiveRelease): Promise<void> {
  for (const [name, target] of from.targets) {
    const ref = live.refs[name];
    const probe = ref && (await lookWithin(runtime, from, name, (ctx) => target.probe(ctx, ref)));
    if (!probe || probe.healthy) continue;
    throw new Problem('UNHEALTHY', `${live.release} does not answer on ${from.name}`, {
      why: `${name}: ${probe.reason}`,
      next: `belay logs --env ${from.name} --target ${name}`,
    });
  }
}
