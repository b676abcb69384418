/** Debian's Chromium, as a person in front of the dashboard: what it complains about is kept. */
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';

export interface Visitor {
  readonly page: Page;
  readonly context: BrowserContext;
  /** Errors of the console, of the page, of the content security policy. */
  readonly complaints: readonly string[];
}

export async function startBrowser(): Promise<Browser> {
  return chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox', '--disable-dev-shm-usage'] });
}

/** Somebody with a browser of their own, in which nothing is in motion when it is looked at. */
export async function visitor(browser: Browser): Promise<Visitor> {
  const context = await browser.newContext({ reducedMotion: 'reduce', viewport: { width: 1280, height: 900 } });
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(String(error)));
  return { page, context, complaints };
}
