/** How a target is now, asked of itself: does it run what the record says, and is it healthy? */
import type { TargetContext } from '../targets/target.ts';
import { describeError } from './errors.ts';
import { lookWithin } from './observe.ts';
import { sameRef } from './release.ts';
import type { Environment, Runtime } from './runtime.ts';
import type { EnvironmentRow } from './views.ts';

export interface TargetStatus {
  readonly target: string;
  /** `unknown`: it could not be asked, which is neither healthy nor unhealthy. */
  readonly state: 'live' | 'unhealthy' | 'drifted' | 'empty' | 'unknown';
  readonly release: string | null;
  readonly url: string | null;
  readonly note: string | null;
}

/** Never throws for what it looks at. */
export async function lookAtTarget(
  runtime: Runtime,
  environment: Environment,
  name: string,
  row: EnvironmentRow | null,
): Promise<TargetStatus> {
  const target = environment.targets.get(name);
  const look = <T>(see: (ctx: TargetContext) => Promise<T>) => lookWithin(runtime, environment, name, see);
  try {
    const live = await look(async (ctx) => (await target?.live(ctx)) ?? null);
    const expected = row?.live?.refs[name] ?? null;
    const facts = { target: name, release: live?.id ?? null, url: live?.url ?? null };
    if (!sameRef(live, expected))
      return { ...facts, state: 'drifted', note: `the record says ${expected?.id ?? 'nothing'}` };
    if (!live) return { ...facts, state: 'empty', note: null };
    const probe = await look(async (ctx) => target?.probe(ctx, live));
    return probe?.healthy
      ? { ...facts, state: 'live', note: null }
      : { ...facts, state: 'unhealthy', note: probe?.reason ?? null };
  } catch (error) {
    return { target: name, state: 'unknown', release: null, url: null, note: describeError(error) };
  }
}
