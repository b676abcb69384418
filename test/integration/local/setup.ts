/** A local target on an application in a temporary repository, with what tests look at. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DaemonClient } from '../../../src/daemon/protocol.ts';
import type { Source } from '../../../src/core/release.ts';
import { createLocalTarget } from '../../../src/targets/local/local.ts';
import { LOCAL_DEFAULTS, type LocalOptions } from '../../../src/targets/local/options.ts';
import type { Target, TargetContext } from '../../../src/targets/target.ts';
import { createExec } from '../../../src/util/exec.ts';
import { createRedactor } from '../../../src/util/redact.ts';
import { createRepository, type AppRepository } from '../../fixtures/apps/app-repository.ts';

export const SECRET = 'hunter2-hunter2';

export interface Bench {
  readonly root: string;
  readonly home: string;
  readonly repository: AppRepository;
  /** Every line that was said. */
  readonly said: string[];
  target(options?: Partial<LocalOptions>): Target;
  context(deployment: string, source: Source | string, changes?: Partial<TargetContext>): TargetContext;
  remove(): void;
}

/** PATH alone: what a release gets must not depend on who runs the tests. */
export const BASE = { PATH: process.env.PATH ?? '/usr/bin:/bin', HOME: tmpdir() };

/** For tests that stop before anything is started. */
const noDaemon = (): Promise<DaemonClient> => Promise.reject(new Error('this test needs no daemon'));

export function createBench(daemon: () => Promise<DaemonClient> = noDaemon): Bench {
  const root = mkdtempSync(join(tmpdir(), 'belay-local-'));
  const home = join(root, 'home');
  const repository = createRepository(join(root, 'app'));
  const redactor = createRedactor();
  redactor.hide(SECRET);
  const exec = createExec(BASE, (text) => redactor.clean(text));
  const said: string[] = [];
  return {
    root,
    home,
    repository,
    said,
    target: (options = {}) =>
      createLocalTarget({
        name: 'web',
        app: 'shop',
        environment: 'test',
        home,
        daemon,
        exec,
        base: BASE,
        options: {
          ...LOCAL_DEFAULTS,
          minFreeBytes: 0,
          drainMs: 500,
          streamsMs: 500,
          killAfterMs: 1_000,
          source: { repository: repository.path },
          start: 'node server.mjs',
          port: 0,
          ...options,
        },
      }),
    context: (deployment, source, changes = {}) => ({
      deployment,
      fence: { environment: 'test', token: 1, nonce: 'nonce' },
      source: typeof source === 'string' ? { commit: source } : source,
      signal: new AbortController().signal,
      exec,
      say: (line) => said.push(redactor.clean(line)),
      ...changes,
    }),
    remove: () => rmSync(root, { recursive: true, force: true, maxRetries: 5 }),
  };
}
