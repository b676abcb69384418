/** The built command and who is told: the message of a failure, a receiver that hangs, one that is killed in between, and the secret. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { killHard } from '../../support/processes.ts';
import { createProject, type ScratchProject } from '../../support/project.ts';
import { type Receiver, startReceiver } from '../../support/receiver.ts';
import { until } from '../../support/until.ts';

const config = (target: string) => `app: shop
dashboard: { url: 'https://belay.example/' }
notify:
  repository: https://github.com/acme/shop
  channels:
    team: { type: slack, url: { secret: SLACK_URL } }
environments:
  production:
    targets: { web: ${target} }
    bake: { time: 0s, triggers: [] }
`;
const SECRET = '/services/T0000/B0000/n0b0dyKn0ws';

let receiver: Receiver;
let project: ScratchProject;

beforeEach(async () => {
  receiver = await startReceiver();
  project = createProject({ 'belay.yml': config('{ type: noop }') }, { SLACK_URL: receiver.url + SECRET });
});
afterEach(async () => {
  await project.dispose();
  await receiver.close();
});

const texts = () => receiver.received.map(({ body }) => (JSON.parse(body) as { text: string }).text);
interface Listed {
  readonly channels: readonly {
    readonly environments: readonly {
      readonly waiting: readonly { readonly news: string }[];
      readonly undeliverable: readonly { readonly reason: string }[];
    }[];
  }[];
}

test('a failure says which step, why, what is live, the way on, and where to look; the secret is nowhere', async () => {
  await project.run('deploy');
  const good = project.git('rev-parse', '--short=7', 'HEAD');
  const bad = project.commit('Charge in cents', { 'belay.yml': config('{ type: noop, fail: stage }') });
  expect((await project.run('deploy')).code).toBe(5);
  const deployed = expect.stringContaining('shop · production: deployed: r-');
  const started = expect.stringContaining('shop · production: deployment started: begun by mia');
  expect(texts()).toEqual([started, deployed, started, expect.stringContaining('deployment failed, rolled back')]);
  const failed = receiver.received.at(-1)?.body ?? '';
  for (const part of [
    `<https://github.com/acme/shop/commit/${bad}|r-`,
    'Charge in cents (Mia)',
    '*Failed*  stage:web',
    'was told to fail to stage',
    `*Live now*  r-${good}`,
    '*Next*  `belay show d-',
    'https://belay.example/deployments/d-',
  ])
    expect(failed).toContain(part);
  const tested = await project.run('notify', 'test', '--json');
  expect([tested.code, JSON.parse(tested.stdout)]).toMatchObject([
    0,
    { channels: [{ channel: 'team', accepted: true }] },
  ]);

  // Refused for good, by a receiver that repeats what it was asked.
  receiver.otherwise({ status: 404, text: `no such hook: ${SECRET} of ${receiver.url}${SECRET}` });
  const refused = await project.run('notify', 'test');
  expect(refused.code).toBe(1);
  expect(refused.stdout).toContain('refused: Slack answered 404: no such hook: [secret] of');
  project.commit('again');
  const { code, stderr } = await project.run('deploy');
  expect([code, stderr]).toEqual([5, expect.stringContaining('team (Slack) was not told of 2: Slack answered 404')]);
  const { stdout } = await project.run('notify', 'list');
  expect(stdout).toContain('given up');
  const store = readFileSync(join(project.folder, '.belay/journal.db'), 'latin1');
  for (const shown of [refused.stdout, refused.stderr, stderr, stdout, store])
    expect(shown).not.toContain('n0b0dyKn0ws');

  receiver.otherwise({ status: 200 });
  expect((await project.run('notify', 'retry', 'team')).code).toBe(0);
  expect(texts().slice(-2)).toEqual([started, expect.stringContaining('rolled back')]);
});

test('G24: killed in mid-delivery the next command delivers, nothing is lost; a receiver that hangs changes no outcome', async () => {
  receiver.otherwise('hang');
  const killed = project.start(['deploy']);
  await receiver.saw(1);
  await until('it has committed', async () => {
    const { deployments } = await project.json<{ deployments: { outcome: string | null }[] }>('history');
    return deployments[0]?.outcome === 'committed';
  });
  killHard(killed.pid);
  await killed.ended;
  const before = performance.now();
  const hanging = await project.run('deploy', '--json');
  expect(hanging.code).toBe(0);
  expect(JSON.parse(hanging.stdout)).toMatchObject({
    outcome: 'committed',
    undelivered: 'team (Slack) was not told of 4 yet: no answer in time; the next command goes on',
  });
  expect(performance.now() - before).toBeLessThan(15_000);
  receiver.otherwise({ status: 200 });
  const hung = receiver.received.length;
  expect((await project.run('notify', 'flush')).code).toBe(0);
  expect(
    texts()
      .slice(hung)
      .map((text) => /started|deployed/.exec(text)?.[0]),
  ).toEqual(['started', 'deployed', 'started', 'deployed']);
  // The first was on its way when the command was killed: it came again, word for word.
  expect(receiver.received[hung]?.body).toBe(receiver.received[0]?.body);
  const { channels } = await project.json<Listed>('notify', 'list');
  expect(channels[0]?.environments[0]).toMatchObject({ waiting: [], undeliverable: [] });
});
