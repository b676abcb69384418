/** The store goes away behind the commit: the command says that it committed, and the next one does the rest. */
import { readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { createProject, type ScratchProject } from '../../support/project.ts';
import { readRecord } from '../../support/recorded.ts';
import { killHard } from '../../support/processes.ts';

const LIBSQL = createRequire(import.meta.url).resolve('libsql');

/** A target of the user's own. While old releases are pruned, another program locks the store, and does not let go. */
const CONFIG = `import { spawn } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';

const read = () => (existsSync('live') ? { id: readFileSync('live', 'utf8') } : null);
const LOCK = \`const db = new (require(process.argv[1]))('.belay/journal.db');
db.exec('BEGIN EXCLUSIVE'); process.stdout.write('locked'); setInterval(() => {}, 1000);\`;

const started = new Set();
const web = {
  kind: 'files',
  landingMs: 0,
  live: async () => read(),
  stage: async (ctx) => ({ id: 'r-' + ctx.deployment }),
  find: async (ctx) => ({ id: 'r-' + ctx.deployment }),
  activate: async (ctx, release) => writeFileSync('live', release.id),
  discard: async () => {},
  probe: async () => ({ healthy: true }),
  lifecycle: {
    start: async (ctx, release) => { started.add(release.id); },
    stop: async (ctx, release) => { started.delete(release.id); },
    running: async (ctx, release) => started.has(release.id) || release.id === read()?.id,
  },
  async prune() {
    if (!existsSync('lock-it')) return [];
    const locker = spawn(process.execPath, ['-e', LOCK, ${JSON.stringify(LIBSQL)}], { detached: true, stdio: ['ignore', 'pipe', 'ignore'] });
    writeFileSync('locker', String(locker.pid));
    await new Promise((resolve) => locker.stdout.once('data', resolve));
    locker.unref();
    locker.stdout.destroy();
    return [];
  },
};

export default {
  app: 'shop',
  environments: { production: { targets: { web }, strategy: { type: 'all-at-once' }, lock: { ttl: '18s' }, bake: { time: '0s', triggers: [] } } },
};
`;

let project: ScratchProject;
afterEach(() => project.dispose());

test('G9, G14: exit code 0 for what is live and verified, with what is left; the next command does it', async () => {
  project = createProject({ 'belay.config.ts': CONFIG });
  expect((await project.run('deploy')).code).toBe(0);
  project.write('lock-it', '');
  const { code, stderr } = await project.run('deploy');
  killHard(Number(readFileSync(join(project.folder, 'locker'), 'utf8')));
  expect(code, stderr).toBe(0);
  expect(stderr).toContain('committed');
  expect(stderr).toMatch(
    /why +the store went away after the commit .*read back, and is healthy; left .*close the record/,
  );
  expect(stderr).toMatch(/next +belay recover/);
  rmSync(join(project.folder, 'lock-it'));
  const left = await readRecord(project);
  expect(left.environment).toMatchObject({ open: expect.any(String) as string });
  const recovered = await project.run('recover');
  expect(recovered.code, recovered.stderr).toBe(0);
  const { environment } = await readRecord(project);
  expect(environment).toMatchObject({
    open: null,
    attention: null,
    live: { refs: { web: { id: project.read('live') } } },
  });
});
