/** kill -9 of a deployment whose lock and journal are in Convex: the next command, from a machine that has only that, puts all right. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { VIEWS } from '../../src/core/views.ts';
import { openConvex } from '../../src/stores/convex/convex.ts';
import { type ComponentServer, serveComponent } from '../integration/convex-store/component-server.ts';
import { createProject, NOOP_CONFIG, type ScratchProject } from '../support/project.ts';
import { readNoop, recordIn } from '../support/recorded.ts';

const TARGETS = ['api', 'web', 'jobs'];
/** Of the calls of one deployment, the shares at which it is killed; in the long mode after each. */
const POINTS = [0.35, 0.6, 0.75, 0.95];
const LONG = process.env.BELAY_CRASH_STRIDE === '1';
const timeout = LONG ? 60 * 60_000 : 300_000;

let server: ComponentServer;
let project: ScratchProject;
beforeAll(async () => {
  server = await serveComponent();
  const store = `store: { type: convex, url: "${server.url}", adminKey: { secret: CONVEX_KEY } }\n`;
  project = createProject({ 'belay.yml': store + NOOP_CONFIG }, { CONVEX_KEY: server.adminKey });
});
afterAll(async () => {
  await project.dispose();
  await server.close();
});

async function record() {
  const store = await openConvex({ access: server, views: VIEWS });
  try {
    return await recordIn(store);
  } finally {
    await store.close();
  }
}

/** Kills it with its `calls`th call of the store on the way. @returns false when it ended before */
async function deployKilledAt(calls: number): Promise<boolean> {
  const before = server.seen.length;
  const deploying = project.start(['deploy']);
  const look = setInterval(() => {
    if (server.seen.length - before >= calls) deploying.child.kill('SIGKILL');
  }, 1);
  const { signal } = await deploying.ended;
  clearInterval(look);
  return signal === 'SIGKILL';
}

test('G3, G6: wherever it is killed, one recover later record and targets agree', { timeout }, async () => {
  expect((await project.run('deploy')).code).toBe(0);
  project.commit('second');
  const before = server.seen.length;
  expect((await project.run('deploy')).code).toBe(0);
  const whole = server.seen.length - before;
  const points = LONG
    ? Array.from({ length: whole }, (_, at) => at + 1)
    : POINTS.map((share) => Math.ceil(whole * share));
  const ends = new Set<string>();
  for (const point of points) {
    const live = (await record()).environment?.live?.release;
    project.commit(`killed at ${point}`);
    const killed = await deployKilledAt(point);
    const recovered = await project.run('recover');
    expect([0, 5], `call ${point}: ${recovered.stderr}`).toContain(recovered.code);
    const { environment, deployments, chainFault } = await record();
    expect(chainFault).toBeNull();
    expect(environment, `call ${point}`).toMatchObject({ open: null, attention: null });
    expect(deployments.every(({ outcome }) => outcome !== null)).toBe(true);
    const release = environment?.live?.release;
    expect(TARGETS.map((target) => readNoop(project, target).live)).toEqual(TARGETS.map(() => release));
    if (killed) ends.add(release === live ? 'back' : 'on');
  }
  expect([...ends].sort()).toEqual(['back', 'on']);
});
