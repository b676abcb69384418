/** A target that was changed behind our back is never overwritten silently. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { daemonAddress } from '../../../src/daemon/address.ts';
import { clientOf } from '../../../src/daemon/client.ts';
import type { Fence } from '../../../src/stores/store.ts';
import { createProject, NOOP_CONFIG, type ScratchProject } from '../../support/project.ts';
import { readEvents, readNoop } from '../../support/recorded.ts';
import { createShop } from '../../support/shop.ts';

const projects: ScratchProject[] = [];
afterEach(async () => {
  await Promise.all(projects.splice(0).map((project) => project.dispose()));
});

async function expectRefusedAndSeen(project: ScratchProject, target: string, saw: string): Promise<void> {
  const refused = await project.run('deploy');
  expect(refused.code, refused.stderr).toBe(3);
  expect(refused.stderr).toContain(`${target}: ${saw} is live, the record says`);
  expect(refused.stderr).toContain('--accept-drift');
  const status = await project.run('status');
  expect(status.code).toBe(6);
  expect(status.stdout).toContain('changed behind our back');
}

test('G5: a platform that runs something else than the record says: refused with its name, until a person accepts', async () => {
  const project = createProject({ 'belay.yml': NOOP_CONFIG });
  projects.push(project);
  expect((await project.run('deploy')).code).toBe(0);
  const first = readNoop(project, 'web').live ?? '';
  project.commit('second');
  expect((await project.run('deploy')).code).toBe(0);
  const file = join(project.folder, '.belay/noop/production/web.json');
  writeFileSync(file, JSON.stringify({ ...readNoop(project, 'web'), live: first }));
  project.commit('third');
  await expectRefusedAndSeen(project, 'web', first);
  expect(readNoop(project, 'web').live).toBe(first);
  const accepted = await project.run('deploy', '--accept-drift');
  expect(accepted.code, accepted.stderr).toBe(0);
  expect((await readEvents(project)).filter((event) => event.kind === 'drift.found')).toMatchObject([
    { data: { target: 'web', saw: first, accepted: true } },
  ]);
  expect((await project.run('status')).code).toBe(0);
});

test('an application whose traffic was moved at the daemon itself: refused, seen, and taken up again when accepted', async () => {
  const shop = await createShop();
  projects.push(shop);
  expect((await shop.run('deploy')).code).toBe(0);
  const daemon = clientOf(daemonAddress(join(shop.folder, '.belay/daemon')));
  await daemon.route('shop.production.web', lastFenceOf(shop), {});
  expect(await shop.version()).toBeNull();
  shop.release('two');
  await expectRefusedAndSeen(shop, 'web', 'nothing');
  const accepted = await shop.run('deploy', '--accept-drift');
  expect(accepted.code, accepted.stderr).toBe(0);
  expect(await shop.version()).toBe('two');
});

/** The daemon takes orders of nobody but the last holder of the lock. */
function lastFenceOf(shop: ScratchProject): Fence {
  const { apps } = JSON.parse(shop.read('.belay/daemon/state.json')) as { apps: Record<string, Fence> };
  const { environment, token, nonce } = apps['shop.production.web'] as Fence;
  return { environment, token, nonce };
}
