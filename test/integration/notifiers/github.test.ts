/** The notifier and GitHub: what is posted for each news, what is found again, and what is left alone. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type GithubEmulator, startGithubEmulator } from '../../../src/emulators/github/emulator.ts';
import { createGitHubNotifier } from '../../../src/notifiers/github.ts';
import type { Message, Notifier } from '../../../src/notifiers/notifier.ts';

const [OLD, NEW] = ['a'.repeat(40), 'b'.repeat(40)] as const;
const RUN = 'https://github.com/acme/shop/actions/runs/1/attempts/1';
const signal = new AbortController().signal;

let github: GithubEmulator;
const notifier = (): Notifier =>
  createGitHubNotifier({ token: github.token, repository: github.repo, api: github.url, run: RUN });
const message = (news: Message['news'], more: Partial<Message> = {}): Message => ({
  news,
  environment: 'production',
  deployment: 'd-2',
  kind: 'deploy',
  release: 'r-2',
  source: { commit: NEW },
  text: news,
  url: null,
  ...more,
});
const states = () => github.deployments.map(({ statuses }) => statuses.map(({ state }) => state));
const posts = () => github.requests.filter(({ method }) => method === 'POST').map(({ path }) => path);

beforeEach(async () => {
  github = await startGithubEmulator();
});
afterEach(() => github.close());

test.each([
  ['committed', 'success'],
  ['rolled-back', 'failure'],
  ['refused', 'failure'],
  ['paused', 'pending'],
  ['stuck', 'error'],
] as const)('%s is %s at GitHub, on the deployment that was begun', async (news, state) => {
  const one = notifier();
  await one.send(message('begun'), signal);
  await one.send(message(news), signal);
  expect(states()).toEqual([[state, 'in_progress']]);
  expect(github.deployments).toMatchObject([{ sha: NEW, task: 'deploy', environment: 'production', production: true }]);
});

test('another process finds the deployment again; the one for what runs again is not mistaken for it', async () => {
  await notifier().send(message('begun'), signal);
  await notifier().send(message('rolled-back'), signal);
  const back = message('restored', { release: 'r-1', source: { commit: OLD } });
  await notifier().send(back, signal);
  await notifier().send(back, signal);
  expect(states()).toEqual([
    ['failure', 'in_progress'],
    ['success', 'success'],
  ]);
  expect(github.deployments[1]).toMatchObject({ sha: OLD, task: 'rollback' });
});

test('the same commit taken back and running again: two deployments all the same', async () => {
  await notifier().send(message('begun'), signal);
  await notifier().send(message('rolled-back'), signal);
  await notifier().send(message('restored', { release: 'r-1' }), signal);
  expect(states()).toEqual([['failure', 'in_progress'], ['success']]);
});

test('a deployment is never merged into, held up by checks, or made where there is no commit', async () => {
  github.scenario.behindDefaultBranch = true;
  await notifier().send(message('begun'), signal);
  await notifier().send(message('begun', { deployment: 'd-3', source: { commit: 'dir-0123456789a' } }), signal);
  expect(states()).toEqual([['in_progress']]);
});

test('only the active deployment of production is made inactive, and only one that is ours', async () => {
  const api = `${github.url}/repos/${github.repo}/deployments`;
  const headers = { authorization: `Bearer ${github.token}` };
  const post = (url: string, body: object) => fetch(url, { method: 'POST', headers, body: JSON.stringify(body) });
  await post(api, { ref: OLD, auto_merge: false, required_contexts: [], environment: 'production' });
  await post(`${api}/${github.deployments[0]?.id}/statuses`, { state: 'success' });
  await notifier().send(message('committed', { deployment: 'd-1' }), signal);
  await notifier().send(message('committed', { environment: 'staging', deployment: 'd-9' }), signal);
  await notifier().send(message('committed'), signal);
  expect(states()).toEqual([['success'], ['inactive', 'success'], ['success'], ['success']]);
});

test.each([
  ['https://shop.example/', 'https://shop.example/'],
  ['http://127.0.0.1:8080', ''],
  ['http://localhost:8080', ''],
  ['http://[::1]:8080', ''],
  ['javascript:alert(1)', ''],
])('%s as the address of what is live becomes %j', async (url, expected) => {
  await notifier().send(message('committed', { url }), signal);
  expect(github.deployments[0]?.statuses[0]).toMatchObject({ environmentUrl: expected, logUrl: RUN });
});

test('a long reason fits: one line of 140 characters', async () => {
  await notifier().send(message('rolled-back', { text: `${'why '.repeat(30)}\n${'because '.repeat(30)}` }), signal);
  const { description } = github.deployments[0]?.statuses[0] ?? {};
  expect(description).toHaveLength(140);
  expect(description).toMatch(/^why why [^\n]*…$/);
});

test('a lost answer to a status is asked again, one to a deployment is not: it is looked for', async () => {
  const one = notifier();
  github.inject({ on: `POST /repos/${github.repo}/deployments`, kind: 'lost-answer' });
  await expect(one.send(message('begun'), signal)).rejects.toThrow('POST /repos/acme/shop/deployments');
  github.inject({ on: /statuses/, kind: 'status', status: 502 });
  await one.send(message('committed'), signal);
  expect(github.deployments).toHaveLength(1);
  expect(states()[0]?.[0]).toBe('success');
  expect(posts().filter((path) => path.endsWith('/statuses'))).toHaveLength(2);
});

test('what GitHub says of a token is passed on with what to do, and without the token', async () => {
  const wrong = createGitHubNotifier({ token: 'ghs_wrong', repository: github.repo, api: github.url, run: null });
  const failed = await wrong.send(message('begun'), signal).catch((error: unknown) => error);
  expect(String(failed)).toContain('Bad credentials (POST /repos/acme/shop/deployments, 401)');
  expect(String(failed)).toContain('`deployments: write`');
  expect(String(failed)).not.toContain('ghs_wrong');
});
