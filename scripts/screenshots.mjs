// node scripts/screenshots.mjs: the pictures of docs/images, from deployments that were really run.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { root } from './lib/run.mjs';

const BELAY = join(root, 'bin/belay.js');
const IMAGES = join(root, 'docs/images');
const WIDE = { viewport: { width: 1280, height: 860 } };
const PHONE = { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true };

const folder = join(mkdtempSync(join(tmpdir(), 'belay-images-')), 'shop');
const started = [];

function belay(...args) {
  const env = { PATH: process.env.PATH, HOME: process.env.HOME, LANG: 'C.UTF-8', BELAY_USER: 'mia' };
  const child = spawn(process.execPath, [BELAY, ...args], { cwd: folder, env, stdio: ['ignore', 'pipe', 'ignore'] });
  started.push(child);
  return child;
}

/** Its first line of output. */
async function firstLine(child) {
  let text = '';
  for await (const chunk of child.stdout) {
    text += chunk.toString();
    if (text.includes('\n')) break;
  }
  return text.split('\n')[0];
}

/** Some hundred deployments of the past weeks, and one that waits in its check for as long as the pictures take. */
async function makeShop() {
  mkdirSync(folder);
  await once(belay('demo', '--history', '--dir', folder, '--json'), 'close');
  const git = ['-c', 'user.name=Lena', '-c', 'user.email=lena@shop.example', 'commit', '--quiet', '--allow-empty'];
  await once(spawn('git', [...git, '--message', 'Show the delivery date in the basket'], { cwd: folder }), 'close');
  const file = join(folder, 'belay.yml');
  const check = 'checks: { commands: [{ name: checkout answers, run: "sleep 50" }] }';
  writeFileSync(file, readFileSync(file, 'utf8').replace('staging: {', `staging: { ${check},`));
}

/** @param path of the page, with its query */
async function picture(browser, { state, url }, name, path, options, prepare) {
  const context = await browser.newContext({ reducedMotion: 'reduce', storageState: state, ...options });
  const page = await context.newPage();
  await page.goto(url + path);
  await page.getByRole('heading', { level: 1 }).waitFor();
  await page.waitForFunction(() => !document.body.textContent.includes('Loading') && document.fonts.ready);
  await prepare?.(page);
  await page.waitForTimeout(500);
  await page.screenshot({ path: join(IMAGES, `${name}.png`) });
  console.log(`● ${name}.png`);
  await context.close();
}

async function signIn(browser) {
  const { url, signIn: link } = JSON.parse(await firstLine(belay('dashboard', '--port', '0', '--json')));
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.goto(link);
  await page.getByRole('heading', { name: 'Overview' }).waitFor();
  return { url, state: await context.storageState() };
}

mkdirSync(IMAGES, { recursive: true });
const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] });
try {
  await makeShop();
  const session = await signIn(browser);
  belay('deploy', '--env', 'staging');
  const running = (page) => page.getByText('Deploying', { exact: true }).waitFor();
  const open = async (page) => {
    await page.getByText('Deploying', { exact: true }).click();
    await page.getByText('running', { exact: false }).first().waitFor();
  };
  const filled = (page) => page.getByLabel(/^Reason/).fill('orders are charged twice since this morning');
  await picture(browser, session, 'overview-light', '/', { ...WIDE, colorScheme: 'light' }, running);
  await picture(browser, session, 'overview-dark', '/', { ...WIDE, colorScheme: 'dark' }, running);
  await picture(browser, session, 'overview-phone', '/', { ...PHONE, colorScheme: 'light' }, running);
  await picture(browser, session, 'deployment', '/', { ...WIDE, colorScheme: 'light' }, open);
  await picture(browser, session, 'rollback', '/?rollback=production', { ...WIDE, colorScheme: 'light' }, filled);
  await picture(browser, session, 'metrics', '/metrics', { ...WIDE, colorScheme: 'light' });
} finally {
  await browser.close();
  const open = started.filter((child) => child.exitCode === null);
  // In their own way: the deployment stops its check and goes back.
  const ended = open.map((child) => once(child, 'close'));
  for (const child of open) child.kill('SIGTERM');
  await Promise.all(ended);
  rmSync(join(folder, '..'), { recursive: true, force: true, maxRetries: 5 });
}
