/** The middleware that shares visitors by an Edge Config item, written into a Next.js application on Vercel. Never over another. */
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Problem } from '../../core/errors.ts';
import type { WrittenFile } from './files.ts';
import type { Choices } from './written.ts';

/** Next.js runs one of them, of either name (`proxy` from Next.js 16 on). */
const NAMES = ['middleware.ts', 'middleware.js', 'proxy.ts', 'proxy.js'];

/** Beside `app` or `pages`: there alone Next.js looks for it. */
const placeIn = (folder: string): string =>
  ['src/app', 'src/pages'].some((name) => existsSync(join(folder, name))) ? 'src/' : '';

/** Whether it would run there. */
export const takesMiddleware = ({ kind, platforms }: Pick<Choices, 'kind' | 'platforms'>): boolean =>
  platforms.vercel !== null && kind.startsWith('Next.js');

/** @throws Problem USAGE where nobody would run it */
export function requireMiddlewarePlace(choices: Pick<Choices, 'kind' | 'platforms'>): void {
  if (takesMiddleware(choices)) return;
  throw new Problem('USAGE', 'This is no Next.js application on Vercel, so a middleware would not run', {
    why: `found ${choices.kind}${choices.platforms.vercel ? ' on Vercel' : ', and nothing of Vercel'}`,
    next: 'vercel link, in a project with next among its dependencies',
  });
}

export function writeMiddleware(folder: string, text: string): WrittenFile {
  const place = placeIn(folder);
  const there = NAMES.map((name) => `${place}${name}`).find((name) => existsSync(join(folder, name)));
  if (there) return { path: there, action: 'kept' };
  const path = `${place}middleware.ts`;
  writeFileSync(join(folder, path), text, { flag: 'wx' });
  return { path, action: 'written' };
}

/** What it needs, besides being there. */
export const middlewareNext = ({ action, path }: WrittenFile): string =>
  action === 'kept'
    ? `${path} is yours and was not touched: put the lines of docs/targets/vercel.md#canary into it`
    : 'npm install @vercel/edge-config, set EDGE_CONFIG in Vercel, and edgeConfig in the configuration; deploy once before the first canary';
