/** What we show to people works: every example, and the configuration in the README. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, test } from 'vitest';
import { createProject, type ScratchProject } from '../support/project.ts';
import { thorough } from '../support/repeated.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const ENV = {
  BELAY_STORE_URL: 'postgres://belay@localhost/belay',
  API_KEY: 'example',
  CONVEX_DEPLOY_KEY: 'prod:example|key',
  VERCEL_TOKEN: 'example',
};

const projects: ScratchProject[] = [];
afterEach(async () => {
  await Promise.all(projects.splice(0).map((project) => project.dispose()));
});

async function expectValid(files: Readonly<Record<string, string>>): Promise<void> {
  const project = createProject(files, ENV);
  projects.push(project);
  const { code, stderr } = await project.run('config', 'validate');
  expect(code, stderr).toBe(0);
}

for (const name of readdirSync(join(ROOT, 'examples'))) {
  test(`examples/${name} is a valid configuration`, async () => {
    const folder = join(ROOT, 'examples', name);
    await expectValid(
      Object.fromEntries(
        readdirSync(folder, { withFileTypes: true })
          .filter((entry) => entry.isFile())
          .map(({ name: file }) => [file, readFileSync(join(folder, file), 'utf8')]),
      ),
    );
  });
}

test('the configuration in the README is valid', async () => {
  const readme = readFileSync(join(ROOT, 'README.md'), 'utf8');
  const [, yaml = ''] = /```yaml\n# belay\.yml\n([\s\S]*?)```/.exec(readme) ?? [];
  expect(yaml).toContain('app: shop');
  await expectValid({ 'belay.yml': yaml, 'health.yml': 'http:\n  - path: /healthz\n' });
});

test('every command that the README shows exists', async () => {
  const readme = readFileSync(join(ROOT, 'README.md'), 'utf8');
  const project = createProject({});
  projects.push(project);
  const commands = new Set([...readme.matchAll(/^belay ([a-z]+)/gm)].map(([, command]) => command ?? ''));
  expect(commands.size).toBeGreaterThan(5);
  for (const command of commands) expect((await project.run(command, '--help')).code, command).toBe(0);
});

test('npm run demo ends as promised, within a minute', async () => {
  const project = createProject({});
  projects.push(project);
  const ran = await project.run('demo', '--json');
  expect(ran.code, ran.stderr).toBe(0);
  const result = JSON.parse(ran.stdout.trim().split('\n').at(-1) ?? '') as {
    requests: { sent: number; failedByStable: number; failedByBadRelease: number };
    deployments: { outcome: string }[];
    auditVerified: boolean;
  };
  expect(result.requests.sent).toBeGreaterThan(500);
  expect(result.requests.failedByStable).toBe(0);
  expect(result.requests.failedByBadRelease).toBeGreaterThan(0);
  expect(result.deployments.map((deployment) => deployment.outcome)).toEqual(['committed', 'committed', 'rolled-back']);
  expect(result.auditVerified).toBe(true);
});

test('belay demo --canary shows a good release to be good, and takes two bad ones back, within three minutes', async ({
  skip,
}) => {
  skip(!thorough, 'two minutes of traffic; bad-days/canary shows the same: BELAY_THOROUGH=2');
  const project = createProject({});
  projects.push(project);
  const ran = await project.run('demo', '--canary', '--json');
  expect(ran.code, ran.stderr).toBe(0);
  const result = JSON.parse(ran.stdout.trim().split('\n').at(-1) ?? '') as {
    router: string;
    requests: { sent: number; lost: number; failedByStable: number; failedByBadRelease: number };
    deployments: { outcome: string; verdict: string; canaryRequests: number }[];
    auditVerified: boolean;
    ms: number;
  };
  expect(['embedded', 'haproxy']).toContain(result.router);
  expect(result.requests.sent).toBeGreaterThan(5_000);
  expect(result.requests.lost).toBe(0);
  expect(result.requests.failedByStable).toBe(0);
  // Five in a hundred of the few that came before it was taken back; all of its traffic would be ten times that.
  expect(result.requests.failedByBadRelease).toBeLessThan(120);
  const outcomes = result.deployments.map((deployment) => deployment.outcome);
  expect(outcomes).toEqual(['committed', 'committed', 'rolled-back', 'rolled-back']);
  const [first, good, failing, slow] = result.deployments;
  expect(first?.canaryRequests).toBe(0);
  // On a machine that is busy with other tests the time may end before the evidence is there: it says so then.
  expect(good?.verdict).toMatch(/^(shown to be good|inconclusive) after /);
  expect(failing?.verdict).toMatch(/^errors \d.*the old release's after [\d,]+ requests; a false alarm/);
  expect(slow?.verdict).toMatch(/^latency: .* took longer than .* after [\d,]+ requests; a false alarm/);
  expect(result.auditVerified).toBe(true);
  expect(result.ms).toBeLessThan(180_000);
});
