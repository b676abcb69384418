/** The notifier and GitHub: what is posted for each news, what is found again, and what is left alone. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type GithubEmulator, startGithubEmulator } from '../../../src/emulators/github/emulator.ts';
import { createGitHubNotifier } from '../../../src/notifiers/github.ts';
import { createGitHubStatusNotifier } from '../../../src/notifiers/github-status.ts';
import { DeliveryFailure, type Message, type Notifier } from '../../../src/notifiers/notifier.ts';
import { messageOf } from '../../support/message.ts';

const [OLD, NEW] = ['a'.repeat(40), 'b'.repeat(40)] as const;
const RUN = 'https://github.com/acme/shop/actions/runs/1/attempts/1';
const signal = new AbortController().signal;

let github: GithubEmulator;
const notifier = (): Notifier =>
  createGitHubNotifier({ token: github.token, repository: github.repo, api: github.url, run: RUN });
const codeOf = (release: string, commit: string): Message['code'] => ({ release, source: { commit }, commitUrl: null });
const liveAt = (url: string | null, release = 'r-1', commit = OLD): Message['live'] => ({
  release,
  source: { commit },
  commitUrl: null,
  url,
});
const message = (news: Message['news'], more: Partial<Message> = {}): Message =>
  messageOf(news, { text: news, code: codeOf('r-2', NEW), live: null, link: null, ...more });
const states = () => github.deployments.map(({ statuses }) => statuses.map(({ state }) => state));
const posts = () => github.requests.filter(({ method }) => method === 'POST').map(({ path }) => path);

beforeEach(async () => {
  github = await startGithubEmulator();
});
afterEach(() => github.close());

test('each news is a state at GitHub, of the deployment that was begun; what is no state is not posted', async () => {
  const one = notifier();
  const news = [
    'started',
    'paused',
    'resumed',
    'alert',
    'stuck',
    'refused',
    'failed',
    'rolled-back',
    'succeeded',
  ] as const;
  for (const each of news) await one.send(message(each), signal);
  expect(states()).toEqual([
    ['success', 'success', 'failure', 'failure', 'error', 'in_progress', 'pending', 'in_progress'],
  ]);
  expect(github.deployments).toMatchObject([{ sha: NEW, task: 'deploy', environment: 'production', production: true }]);
});

test('another process finds the deployment again; the one for what runs again is not mistaken for it', async () => {
  await notifier().send(message('started'), signal);
  const failed = message('failed', { live: liveAt(null) });
  await notifier().send(failed, signal);
  await notifier().send(failed, signal);
  expect(states()).toEqual([
    ['failure', 'failure', 'in_progress'],
    ['success', 'success'],
  ]);
  expect(github.deployments[1]).toMatchObject({ sha: OLD, task: 'rollback' });
});

test('the same commit taken back and running again: two deployments all the same', async () => {
  await notifier().send(message('started'), signal);
  await notifier().send(message('failed', { live: liveAt(null, 'r-1', NEW) }), signal);
  expect(states()).toEqual([['failure', 'in_progress'], ['success']]);
});

test('a deployment is never merged into, held up by checks, or made where there is no commit', async () => {
  github.scenario.behindDefaultBranch = true;
  await notifier().send(message('started'), signal);
  await notifier().send(message('started', { deployment: 'd-3', code: codeOf('r-3', 'dir-0123456789a') }), signal);
  expect(states()).toEqual([['in_progress']]);
});

test('only the active deployment of production is made inactive, and only one that is ours', async () => {
  const api = `${github.url}/repos/${github.repo}/deployments`;
  const headers = { authorization: `Bearer ${github.token}` };
  const post = (url: string, body: object) => fetch(url, { method: 'POST', headers, body: JSON.stringify(body) });
  await post(api, { ref: OLD, auto_merge: false, required_contexts: [], environment: 'production' });
  await post(`${api}/${github.deployments[0]?.id}/statuses`, { state: 'success' });
  await notifier().send(message('succeeded', { deployment: 'd-1' }), signal);
  await notifier().send(message('succeeded', { environment: 'staging', deployment: 'd-9' }), signal);
  await notifier().send(message('succeeded'), signal);
  expect(states()).toEqual([['success'], ['inactive', 'success'], ['success'], ['success']]);
});

test('the address of what is live is told, unless it leads nobody else anywhere', async () => {
  const urls = ['https://shop.example/', 'http://127.0.0.1:8080', 'http://localhost:8080', 'http://[::1]:8080'];
  const one = notifier();
  for (const url of [...urls, 'javascript:alert(1)'])
    await one.send(message('succeeded', { live: liveAt(url) }), signal);
  const told = github.deployments[0]?.statuses.map(({ environmentUrl, logUrl }) => [environmentUrl, logUrl]);
  expect(told?.toReversed()).toEqual([
    [urls[0], RUN],
    ['', RUN],
    ['', RUN],
    ['', RUN],
    ['', RUN],
  ]);
});

test('a long reason fits: one line of 140 characters', async () => {
  await notifier().send(message('failed', { text: `${'why '.repeat(30)}\n${'because '.repeat(30)}` }), signal);
  const { description } = github.deployments[0]?.statuses[0] ?? {};
  expect(description).toHaveLength(140);
  expect(description).toMatch(/^why why [^\n]*…$/);
});

test('a lost answer to a status is asked again, one to a deployment is not: it is looked for', async () => {
  const one = notifier();
  github.inject({ on: `POST /repos/${github.repo}/deployments`, kind: 'lost-answer' });
  await expect(one.send(message('started'), signal)).rejects.toThrow('POST /repos/acme/shop/deployments');
  github.inject({ on: /statuses/, kind: 'status', status: 502 });
  await one.send(message('succeeded'), signal);
  expect(github.deployments).toHaveLength(1);
  expect(states()[0]?.[0]).toBe('success');
  expect(posts().filter((path) => path.endsWith('/statuses'))).toHaveLength(2);
});

test('what GitHub says of a token is passed on with what to do, and without the token', async () => {
  const wrong = createGitHubNotifier({ token: 'ghs_wrong', repository: github.repo, api: github.url, run: null });
  const failed = await wrong.send(message('started'), signal).catch((error: unknown) => error);
  expect(String(failed)).toContain('Bad credentials (GET /repos/acme/shop/deployments, 401)');
  expect(String(failed)).toContain('`deployments: write`');
  expect(String(failed)).not.toContain('ghs_wrong');
  expect(failed instanceof DeliveryFailure && failed.permanent).toBe(true);
  await expect(wrong.look?.(signal)).rejects.toThrow('Bad credentials');
  await notifier().look?.(signal);
});

test('the commit gets one status for each environment, with what became of it', async () => {
  const options = { token: github.token, repository: github.repo, api: github.url, run: RUN };
  const status = createGitHubStatusNotifier(options);
  await status.send(message('started'), signal);
  await status.send(message('failed', { link: 'https://belay.example/deployments/d-2', live: liveAt(null) }), signal);
  await status.send(message('alert'), signal);
  await status.send(message('started', { code: codeOf('r-3', 'dir-0123456789a') }), signal);
  const headers = { authorization: `Bearer ${github.token}` };
  const answer = await fetch(`${github.url}/repos/${github.repo}/commits/${NEW}/statuses`, { headers });
  expect(await answer.json()).toMatchObject([
    { context: 'belay/production', state: 'failure', target_url: 'https://belay.example/deployments/d-2' },
    { context: 'belay/production', state: 'pending', target_url: RUN },
  ]);
});
