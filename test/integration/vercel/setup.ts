/** A Vercel target on an application in a temporary repository and an emulated Vercel, with what tests look at. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ReleaseRef } from '../../../src/core/release.ts';
import { startVercelEmulator, type VercelEmulator } from '../../../src/emulators/vercel/emulator.ts';
import { folderArtefacts } from '../../../src/stores/artefacts.ts';
import { VERCEL_DEFAULTS, type VercelOptions } from '../../../src/targets/vercel/options.ts';
import { createVercelTarget } from '../../../src/targets/vercel/vercel.ts';
import type { Target, TargetContext } from '../../../src/targets/target.ts';
import { createExec } from '../../../src/util/exec.ts';
import { createRedactor } from '../../../src/util/redact.ts';
import { createRepository, type AppRepository } from '../../fixtures/apps/app-repository.ts';

type ProjectInput = Parameters<VercelEmulator['createProject']>[0];

export interface Bench {
  readonly vercel: VercelEmulator;
  readonly project: { readonly id: string; readonly name: string; readonly productionUrl: string };
  readonly repository: AppRepository;
  readonly home: string;
  readonly said: string[];
  target(options?: Partial<VercelOptions>): Target;
  /** The same deployment id means the same commit; each has a content of its own, unless a commit is given. */
  context(deployment: string, changes?: Partial<TargetContext>): TargetContext;
  /** What visitors of production read. */
  visit(path?: string): Promise<string>;
  /** Staged and activated. */
  deploy(target: Target, ctx: TargetContext): Promise<ReleaseRef>;
  /** `POST /v13/deployments` and so on, without queries and ids, since the last call. */
  requests(): readonly string[];
  /** A call of the emulated API, as a person or another tool would make it. */
  api<T>(method: string, path: string, body?: unknown): Promise<T>;
  close(): Promise<void>;
}

const BASE = { PATH: process.env.PATH ?? '/usr/bin:/bin', HOME: tmpdir() };

export async function createBench(
  options: NonNullable<Parameters<typeof startVercelEmulator>[0]> = {},
  project: Partial<ProjectInput> = {},
): Promise<Bench> {
  const root = mkdtempSync(join(tmpdir(), 'belay-target-vercel-'));
  const vercel = await startVercelEmulator({ jobMs: 20, ...options });
  const made = await vercel.createProject({ name: 'shop', ...project });
  const repository = createRepository(join(root, 'app'));
  const redactor = createRedactor();
  redactor.hide(vercel.token);
  const exec = createExec(BASE, (text) => redactor.clean(text));
  const home = join(root, 'home');
  const said: string[] = [];
  const commits = new Map<string, string>();
  const commitOf = (deployment: string): string => {
    const known = commits.get(deployment) ?? repository.commit({ 'index.html': `page of ${deployment}` });
    commits.set(deployment, known);
    return known;
  };
  let seen = 0;
  const bench: Bench = {
    vercel,
    project: made,
    repository,
    home,
    said,
    target: (changes = {}) =>
      createVercelTarget({
        ...VERCEL_DEFAULTS,
        name: 'web',
        project: made.name,
        team: vercel.teamId,
        token: vercel.token,
        api: vercel.url,
        source: { repository: repository.path },
        home,
        artefacts: folderArtefacts(join(home, 'artefacts')),
        scope: 'vercel/test/web/',
        exec,
        ...changes,
      }),
    context: (deployment, changes = {}) => ({
      deployment,
      fence: { environment: 'test', token: 1, nonce: 'nonce' },
      source: { commit: commitOf(deployment), branch: 'main' },
      signal: new AbortController().signal,
      exec,
      say: (line) => said.push(redactor.clean(line)),
      ...changes,
    }),
    visit: async (path = '/') => (await fetch(`${made.productionUrl}${path}`)).text(),
    async deploy(target, ctx) {
      const release = await target.stage(ctx);
      await target.activate(ctx, release);
      return release;
    },
    requests() {
      const fresh = vercel.requests.slice(seen).map(({ method, path }) => `${method} ${nameOf(path)}`);
      seen = vercel.requests.length;
      return fresh;
    },
    async api<T>(method: string, path: string, body?: unknown) {
      const answer = await fetch(`${vercel.url}${path}`, {
        method,
        headers: { authorization: `Bearer ${vercel.token}`, 'content-type': 'application/json' },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      const text = await answer.text();
      if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
      return JSON.parse(text || 'null') as T;
    },
    async close() {
      await vercel.close();
      rmSync(root, { recursive: true, force: true, maxRetries: 5 });
    },
  };
  return bench;
}

const nameOf = (path: string): string =>
  (path.split('?')[0] ?? path).replace(/dpl_\w+/g, ':dpl').replace(/\/projects\/[^/]+/, '/projects/:project');
