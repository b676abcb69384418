/** A Convex deployment on this machine, a small application in a repository, and Belay's target and data on both. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ConvexEmulator, startConvexEmulator } from '../../../src/emulators/convex/emulator.ts';
import { createConvexData } from '../../../src/databases/convex.ts';
import { createConvexClient } from '../../../src/platforms/convex/client.ts';
import { folderArtefacts } from '../../../src/stores/artefacts.ts';
import { createConvexTarget } from '../../../src/targets/convex/convex.ts';
import type { ConvexSetup } from '../../../src/targets/convex/options.ts';
import { validationOf } from '../../../src/targets/convex/validation.ts';
import type { ProtectedData } from '../../../src/databases/database.ts';
import type { Target, TargetContext } from '../../../src/targets/target.ts';
import { createExec } from '../../../src/util/exec.ts';
import { type AppRepository, createRepository } from '../../fixtures/apps/app-repository.ts';
import { app, MODULES } from '../../support/convex/shop-app.ts';

const BASE = { PATH: process.env['PATH'] ?? '/usr/bin:/bin', HOME: tmpdir() };

export interface ConvexScene {
  readonly emulator: ConvexEmulator;
  readonly repository: AppRepository;
  readonly target: Target;
  readonly data: ProtectedData;
  readonly setup: ConvexSetup;
  readonly said: string[];
  readonly snapshots: string;
  context(deployment: string, commit: string): TargetContext;
  /** Stages this version as a deployment of its own, and puts it live. */
  ship(version: string, fields?: string): Promise<{ readonly ctx: TargetContext; readonly id: string }>;
  /** What the live functions answer; null where there is no such function. */
  version(): Promise<string | null>;
  close(): Promise<void>;
}

export interface SceneOptions {
  /** How the vendor's program gets there; by default the real one. */
  readonly install?: string;
  readonly scratch?: ConvexEmulator;
}

export async function createConvexScene({ install, scratch }: SceneOptions = {}): Promise<ConvexScene> {
  const emulator = await startConvexEmulator();
  const root = mkdtempSync(join(tmpdir(), 'belay-convex-'));
  const repository = createRepository(join(root, 'app'));
  const said: string[] = [];
  const exec = createExec(BASE);
  const client = createConvexClient(emulator);
  const bare: ConvexSetup = {
    name: 'backend',
    home: join(root, 'home'),
    scope: 'convex/test/backend/',
    options: {
      source: { repository: repository.path },
      install: install ?? `ln -s ${MODULES} node_modules`,
      env: {},
      installLimitMs: 60_000,
      buildLimitMs: 120_000,
      keep: 5,
    },
    client: async () => client,
    isHere: true,
    holdsStore: false,
    artefacts: folderArtefacts(join(root, 'artefacts')),
  };
  const snapshots = join(root, 'snapshots');
  const data = createConvexData({
    what: 'the documents of backend',
    client: bare.client,
    snapshots,
    includeStorage: true,
    scratch: scratch ? async () => createConvexClient(scratch) : null,
    validation: validationOf(bare),
  });
  const setup = { ...bare, data };
  const target = createConvexTarget(setup);
  const context = (deployment: string, commit: string): TargetContext => ({
    deployment,
    fence: { environment: 'test', token: 1, nonce: 'test' },
    source: { commit },
    signal: new AbortController().signal,
    exec,
    say: (line) => void said.push(line),
  });
  return {
    emulator,
    repository,
    target,
    data,
    setup,
    said,
    snapshots,
    context,
    async ship(version, fields) {
      const ctx = context(`d-${version}`, repository.commit(app(version, fields)));
      const release = await target.stage(ctx);
      await target.activate(ctx, release);
      return { ctx, id: release.id };
    },
    async version() {
      const answer = await client.call('query', 'shop:version', {}, new AbortController().signal);
      return answer.status === 'success' ? String(answer.value) : null;
    },
    async close() {
      await emulator.close();
      rmSync(root, { recursive: true, force: true });
    },
  };
}
