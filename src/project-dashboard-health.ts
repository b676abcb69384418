/** How the targets are, for the dashboard: looked at in the background, and only while somebody wants to know. */
import { describeError } from './core/errors.ts';
import type { Environment } from './core/runtime.ts';
import { readEnvironmentRow } from './core/status.ts';
import { lookAtTarget, type TargetStatus } from './core/target-status.ts';
import type { Project } from './project.ts';
import type { Health } from './server/api/overview.ts';
import type { HealthBoard } from './server/parts.ts';

/** An answer counts for so long; asking a platform costs money and patience. */
const FRESH_MS = 30_000;

const STATUSES: Readonly<Record<TargetStatus['state'], Health['status']>> = {
  live: 'pass',
  unhealthy: 'fail',
  drifted: 'warn',
  empty: 'not-configured',
  unknown: 'inconclusive',
};

function summaryOf({ state, note, release }: TargetStatus): string {
  switch (state) {
    case 'live':
      return 'healthy';
    case 'unhealthy':
      return note ?? 'failing';
    case 'drifted':
      return `changed behind our back: ${release ?? 'nothing'} is live, ${note ?? ''}`;
    case 'empty':
      return 'nothing is live';
    case 'unknown':
      return `cannot tell: ${note ?? 'no answer'}`;
  }
}

interface Known {
  readonly at: number;
  readonly health: Readonly<Record<string, Health>>;
}

export function createHealthBoard(project: Project): HealthBoard {
  const { runtime } = project;
  const known = new Map<string, Known>();
  const looking = new Set<string>();
  const composed = new Map<string, Promise<Environment>>();
  let tell: () => void = () => undefined;

  async function look(name: string): Promise<Readonly<Record<string, Health>>> {
    const environment = await (composed.get(name) ?? compose(name));
    const row = await readEnvironmentRow(runtime.store, name);
    const seen = [...environment.targets.keys()].map(async (target) => {
      const status = await lookAtTarget(runtime, environment, target, row);
      const summary = project.clean(summaryOf(status));
      return [target, { status: STATUSES[status.state], summary, at: runtime.clock.wall().toISOString() }] as const;
    });
    return Object.fromEntries(await Promise.all(seen));
  }

  function compose(name: string): Promise<Environment> {
    const environment = project.environment(name);
    composed.set(name, environment);
    // A secret that is missing may be there the next time.
    environment.catch(() => composed.delete(name));
    return environment;
  }

  /** An environment that cannot be put together has no target that can be asked. */
  function cannotTell(name: string, error: unknown): Readonly<Record<string, Health>> {
    const summary = project.clean(`cannot tell: ${describeError(error)}`);
    const at = runtime.clock.wall().toISOString();
    const targets = Object.keys(project.config.environments[name]?.targets ?? {});
    return Object.fromEntries(targets.map((target) => [target, { status: 'error', summary, at }]));
  }

  async function refresh(name: string): Promise<void> {
    looking.add(name);
    const health = await look(name).catch((error: unknown) => cannotTell(name, error));
    looking.delete(name);
    const before = known.get(name)?.health;
    known.set(name, { at: runtime.clock.now(), health });
    if (said(before) !== said(health)) tell();
  }

  return {
    read(name) {
      const last = known.get(name);
      const stale = last === undefined || runtime.clock.now() - last.at > FRESH_MS;
      if (stale && !looking.has(name) && project.config.environments[name]) void refresh(name);
      return last?.health ?? {};
    },
    onChange: (told) => void (tell = told),
  };
}

/** Without its time: that alone is no news. */
function said(health: Readonly<Record<string, Health>> | undefined): string {
  return JSON.stringify(Object.entries(health ?? {}).map(([name, { status, summary }]) => [name, status, summary]));
}
