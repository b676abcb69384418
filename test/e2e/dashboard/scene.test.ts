/** One evening with the dashboard, in two browsers: a deployment watched live, a rollback from the dialog, a viewer who may only look. */
import { readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startBrowser, type Visitor, visitor } from '../../support/browser.ts';
import { createProject, type Running, type ScratchProject } from '../../support/project.ts';
import { until } from '../../support/until.ts';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const TRAP = '<img src=x onerror="window.trapped=1"> totals';
const CONFIG = `app: shop
dashboard: { tokens: true }
environments:
  production:
    targets:
      api: { type: noop }
      web: { type: noop }
    checks: { commands: [{ name: smoke, run: 'until [ -e go ]; do sleep 0.05; done' }] }
    bake: { time: 0s, triggers: [] }
`;

interface Violation {
  readonly id: string;
  readonly impact: string;
  readonly nodes: readonly { readonly target: readonly string[] }[];
}

let project: ScratchProject;
let browser: Browser;
let dashboard: Running;
let address: { readonly url: string; readonly signIn: string };
let operator: Visitor;
let viewer: Visitor;

/** What somebody who cannot see, or cannot use a mouse, would stumble over. */
async function obstacles(page: Page, rules?: readonly string[]): Promise<string[]> {
  if (!(await page.evaluate<boolean>('"axe" in window'))) await page.evaluate(AXE);
  const options = JSON.stringify({ resultTypes: ['violations'], ...(rules ? { runOnly: rules } : {}) });
  const found = await page.evaluate<readonly Violation[]>(
    `axe.run(document, ${options}).then((result) => result.violations)`,
  );
  return found
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(
      ({ id, nodes }) =>
        `${new URL(page.url()).pathname} ${id}: ${nodes.map((node) => node.target.join(' ')).join(', ')}`,
    );
}

/** Walks by the tab key until something with this name has the focus. */
async function tabTo(page: Page, name: RegExp): Promise<void> {
  for (let presses = 0; presses < 60; presses += 1) {
    const focused = await page.evaluate<string>(
      `(({ textContent, labels }) => labels?.[0]?.textContent || textContent)(document.activeElement)`,
    );
    if (name.test(focused)) return;
    await page.keyboard.press('Tab');
  }
  throw new Error(`the tab key never reaches ${String(name)}`);
}

const outcomeOf = (page: Page, word: string) =>
  page.getByRole('main').locator('header').getByText(word, { exact: true });

beforeAll(async () => {
  project = createProject({ 'belay.yml': CONFIG, go: '' });
  browser = await startBrowser();
  expect((await project.run('deploy')).code).toBe(0);
  project.commit(TRAP);
  expect((await project.run('deploy')).code).toBe(0);
  dashboard = project.start(['dashboard', '--port', '0', '--json']);
  let printed = '';
  dashboard.child.stdout?.on('data', (text: Buffer) => (printed += text.toString()));
  address = await until('the dashboard says where it is', () => printed.includes('\n') && JSON.parse(printed));
  [operator, viewer] = await Promise.all([visitor(browser), visitor(browser)]);
});

afterAll(async () => {
  await browser?.close();
  await project?.dispose();
});

test('one signs in by the link, the other by a token, and no address keeps the secret', async () => {
  const { token } = await project.json<{ token: string }>('token', 'create', '--role', 'viewer', '--name', 'jun');
  await operator.page.goto(address.signIn);
  await operator.page.getByRole('heading', { name: 'Overview' }).waitFor();
  expect(operator.page.url()).toBe(`${address.url}/`);
  await viewer.page.goto(`${address.url}/sign-in?next=/deployments`);
  await viewer.page.getByLabel('Token').fill(token);
  await viewer.page.getByRole('button', { name: 'Sign in' }).click();
  await viewer.page.getByRole('heading', { name: 'Deployments' }).waitFor();
});

test('a deployment that runs elsewhere is seen live by both, and hostile text stays text', async () => {
  rmSync(join(project.folder, 'go'));
  project.commit('Say what a refund costs');
  const deploying = project.start(['deploy']);
  await operator.page.getByText(/^Deploying$/).click();
  await operator.page.getByRole('heading', { name: /^Deployment of/ }).waitFor();
  await outcomeOf(operator.page, 'in progress').waitFor();
  await viewer.page.goto(operator.page.url());
  await viewer.page.locator('[data-phase=intended]').getByText('running').waitFor();
  project.write('go', '');
  await Promise.all([operator, viewer].map(({ page }) => outcomeOf(page, 'committed').waitFor()));
  expect((await deploying.ended).code).toBe(0);
  await operator.page.goto(`${address.url}/deployments`);
  await operator.page.getByText(TRAP).first().waitFor();
  expect(await operator.page.evaluate('window.trapped')).toBeUndefined();
});

test('the way back by keyboard alone: chosen, explained, taken, seen by the other', async () => {
  const { page } = operator;
  await viewer.page.goto(address.url);
  await viewer.page.getByText('Say what a refund costs').waitFor();
  expect(await viewer.page.getByText(/Roll back/).count()).toBe(0);
  await page.keyboard.press('g');
  await page.keyboard.press('o');
  await page.getByRole('heading', { name: 'Overview' }).waitFor();
  await tabTo(page, /^Roll back to/);
  await page.keyboard.press('Enter');
  const dialog = page.getByRole('dialog', { name: 'Roll back production' });
  await dialog.getByText('What returns, and what stays').waitFor();
  const button = dialog.getByRole('button', { name: /^Roll back production to [0-9a-f]{7}$/ });
  expect(await button.isDisabled()).toBe(true);
  expect(await obstacles(page)).toEqual([]);
  await tabTo(page, /^Reason/);
  await page.keyboard.type('refunds cost nothing');
  await tabTo(page, /^Roll back production to/);
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: /^Rollback to/ }).waitFor();
  await outcomeOf(page, 'committed').waitFor();
  await viewer.page.locator('section', { hasText: 'production' }).getByText(TRAP).first().waitFor();
  const { deployments } = await project.json<{ deployments: unknown[] }>('history');
  expect(deployments[0]).toMatchObject({ kind: 'rollback', actor: 'mia (dashboard)', reason: 'refunds cost nothing' });
});

test('a viewer who knows the address of the button is refused', async () => {
  const { csrf } = (await (await viewer.context.request.get(`${address.url}/api/v1/me`)).json()) as { csrf: string };
  const answer = await viewer.context.request.post(`${address.url}/api/v1/environments/production/rollback`, {
    headers: { 'x-belay-csrf': csrf, origin: address.url },
    data: { to: 'r-0000000-00000000', from: null, reason: 'because' },
  });
  expect(answer.status()).toBe(403);
});

const PAGES = ['Overview', 'Deployments', 'Metrics', 'Snapshots', 'Audit', 'Settings'];

/** In both schemes, and as wide as a narrow phone. */
async function lookAt(page: Page): Promise<string[]> {
  const loading = page.getByText('Loading', { exact: true });
  await until(`${page.url()} has loaded`, async () => (await loading.count()) === 0);
  await page.emulateMedia({ colorScheme: 'light' });
  const found = await obstacles(page);
  // In the dark only the colours are others.
  await page.emulateMedia({ colorScheme: 'dark' });
  found.push(...(await obstacles(page, ['color-contrast'])));
  await page.setViewportSize({ width: 360, height: 740 });
  const wider = await page.evaluate<boolean>('document.documentElement.scrollWidth > innerWidth');
  if (wider) found.push(`${page.url()} is wider than a phone`);
  await page.setViewportSize({ width: 1280, height: 900 });
  return found;
}

test('nobody is kept out of a page, light or dark, wide or narrow, and nothing complains', async () => {
  const { page } = operator;
  const found = await lookAt(page);
  for (const name of PAGES) {
    await page.getByRole('navigation').getByRole('link', { name }).click();
    await page.getByRole('heading', { level: 1, name }).waitFor();
    found.push(...(await lookAt(page)));
    if (name !== 'Audit') continue;
    await page.getByRole('button', { name: 'Verify' }).click();
    await page.getByText('complete and unchanged').waitFor();
  }
  await page.goto(`${address.url}/no-such-page`);
  await page.getByRole('heading', { name: 'No such page' }).waitFor();
  expect(found).toEqual([]);
  expect([...operator.complaints, ...viewer.complaints]).toEqual([]);
});

test('when the server is gone the page says so, and how old it is', async () => {
  dashboard.child.kill('SIGTERM');
  await dashboard.ended;
  await viewer.page.getByText(/What you see is .* old/).waitFor({ timeout: 15_000 });
  await viewer.page.getByText(TRAP).first().waitFor();
});
