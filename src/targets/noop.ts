/** The target `noop`: does nothing but remember it, for benches, demonstrations of the history, and tests of the core. */
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Problem } from '../core/errors.ts';
import { releaseName, type ReleaseRef } from '../core/release.ts';
import { writeFileDurably } from '../util/files.ts';
import type { Target, TargetContext } from './target.ts';

export interface NoopOptions {
  /** The verb that fails, to see what a failed deployment looks like. */
  readonly fail?: 'stage' | 'activate' | 'probe';
}

export interface NoopSetup {
  readonly name: string;
  /** Folder of this target alone. */
  readonly home: string;
  readonly options: NoopOptions;
}

interface State {
  /** Highest token seen: a lower one is refused. */
  readonly token: number;
  readonly live: string | null;
  /** Releases by id, with the deployment that staged them. */
  readonly releases: Readonly<Record<string, string>>;
}

const EMPTY: State = { token: 0, live: null, releases: {} };

export function createNoopTarget(setup: NoopSetup): Target {
  const file = join(setup.home, `${setup.name}.json`);
  const read = (): State => (existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as State) : EMPTY);
  const write = (ctx: TargetContext, change: (state: State) => Partial<State>) => {
    const state = read();
    if (ctx.fence.token < state.token) {
      throw new Problem('FENCED', `Another deployment has taken over ${setup.name}`, {
        why: `token ${ctx.fence.token} is older than ${state.token}`,
      });
    }
    mkdirSync(setup.home, { recursive: true, mode: 0o700 });
    writeFileDurably(file, JSON.stringify({ ...state, ...change(state), token: ctx.fence.token }));
  };
  const refuse = (verb: NoopOptions['fail']) => {
    if (setup.options.fail !== verb) return;
    throw new Problem('TARGET_FAILED', `${setup.name} was told to fail to ${verb}`, {
      next: `remove \`fail: '${verb}'\` from the configuration`,
    });
  };
  const staged = (ctx: TargetContext): ReleaseRef | null => {
    const found = Object.entries(read().releases).find(([, deployment]) => deployment === ctx.deployment);
    return found ? { id: found[0] } : null;
  };

  return {
    kind: 'noop',
    landingMs: 0,
    async live() {
      const { live } = read();
      return live === null ? null : { id: live };
    },
    async stage(ctx) {
      if (ctx.signal.aborted) throw new Problem('INTERRUPTED', 'Staging was interrupted', { retry: 'later' });
      refuse('stage');
      const id = releaseName(ctx.source, ctx.deployment);
      write(ctx, ({ releases }) => ({ releases: { ...releases, [id]: ctx.deployment } }));
      ctx.say(`staged ${id}`);
      return { id };
    },
    find: async (ctx) => staged(ctx),
    async activate(ctx, release) {
      if (release) refuse('activate');
      if (release && read().releases[release.id] === undefined) {
        throw new Problem('RELEASE_PRUNED', `Release ${release.id} is not known to ${setup.name}`);
      }
      write(ctx, () => ({ live: release?.id ?? null }));
    },
    async discard(ctx, release) {
      const id = (release ?? staged(ctx))?.id;
      const { live, releases } = read();
      if (id === undefined || releases[id] === undefined) return;
      if (id === live) throw new Problem('TARGET_FAILED', `Release ${id} is not removed`, { why: 'it is live' });
      const { [id]: _gone, ...rest } = releases;
      write(ctx, () => ({ releases: rest }));
    },
    async probe(_ctx, release) {
      if (setup.options.fail === 'probe') return { healthy: false, final: true, reason: 'was told to be unhealthy' };
      if (read().releases[release.id] !== undefined) return { healthy: true };
      return { healthy: false, final: true, reason: `release ${release.id} is not staged` };
    },
    kept: async (_ctx, release) => read().releases[release.id] !== undefined,
  };
}
