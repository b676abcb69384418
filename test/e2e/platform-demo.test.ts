/** The example application of Next.js and Convex, deployed, taken back and its data restored, as the demo tells it. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { execFileSync } from 'node:child_process';
import { beforeAll, expect, test } from 'vitest';
import { createProject } from '../support/project.ts';

const EXAMPLE = join(import.meta.dirname, '../../examples/convex-vercel');
const INSTALL_MS = 5 * 60_000;
const STORY_MS = 12 * 60_000;

/** Hundreds of megabytes: once on a machine. */
beforeAll(() => {
  if (existsSync(join(EXAMPLE, 'node_modules/next'))) return;
  const flags = ['install', '--no-save', '--ignore-scripts', '--no-audit', '--no-fund', '--prefer-offline'];
  execFileSync('npm', flags, { cwd: EXAMPLE, stdio: 'pipe' });
}, INSTALL_MS);

interface Told {
  readonly deployments: readonly { readonly kind: string; readonly outcome: string }[];
  readonly auditVerified: boolean;
  readonly snapshots: readonly { readonly id: string; readonly verified: boolean }[];
  readonly pages: readonly string[];
}

test(
  'a schema changes in three steps, a broken release and an unsafe schema do not go live, lost data and the release before come back',
  async () => {
    const project = createProject({ 'readme.md': 'an empty folder' });
    const told = await project.json<Told>('demo', '--platform', 'convex-vercel', '--json');
    await project.dispose();
    expect(told.deployments.map(({ kind, outcome }) => `${kind} ${outcome}`)).toEqual([
      'deploy committed',
      'deploy committed',
      'deploy rolled-back',
      'deploy refused',
      'deploy committed',
      'restore committed',
      'rollback committed',
    ]);
    const priorities = 'Tasks by priority, 3 of them';
    expect(told.pages).toEqual(['Tasks, 3 of them', ...Array<string>(5).fill(priorities)]);
    expect(told.auditVerified).toBe(true);
    expect(told.snapshots.some(({ verified }) => verified)).toBe(true);
  },
  STORY_MS,
);
