/** A deployment that was built elsewhere: the files, functions and routes of `.vercel/output` (Build Output API v3). */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { dirname, join, normalize } from 'node:path';
import { z } from 'zod';
import { FUNCTION_HEADER, LAUNCHER } from './prebuilt-launcher.ts';
import { processSite } from './process-site.ts';
import { type Site, sendError } from './site.ts';
import { fileFor, staticSite } from './static-site.ts';

export interface PrebuiltOptions {
  /** Of the deployment; `.vercel/output` is in it once it is laid out. */
  readonly folder: string;
  readonly env: () => Readonly<Record<string, string>>;
  readonly onLine: (line: string) => void;
}

const Route = z.object({
  src: z.string().optional(),
  dest: z.string().optional(),
  handle: z.string().optional(),
  status: z.number().optional(),
  headers: z.record(z.string(), z.string()).optional(),
  continue: z.boolean().optional(),
});
type Route = z.infer<typeof Route>;
const Config = z.object({ routes: z.array(Route).optional() });
const FunctionConfig = z.object({ runtime: z.string() });

export function prebuiltSite({ folder, env, onLine }: PrebuiltOptions): Site {
  const output = join(folder, '.vercel/output');
  const launcher = `${folder}.launcher.mjs`;
  mkdirSync(dirname(launcher), { recursive: true });
  writeFileSync(launcher, LAUNCHER);
  const functions = join(output, 'functions');
  const files = staticSite(() => join(output, 'static'));
  const server = processSite({ command: `exec node "${launcher}" "${functions}"`, cwd: folder, env, onLine });
  let routes: readonly Route[] | null = null;
  return {
    async answer(req, res) {
      routes ??= routesOf(output);
      const led = lead(routes, pathOf(req), res);
      if (led === null) return;
      const found = await firstFound(output, led);
      if (found === null) return files.answer(req, res);
      if (found.kind === 'file') {
        req.url = found.path;
        return files.answer(req, res);
      }
      const { runtime } = functionConfig(functions, found.path);
      if (!runtime.startsWith('nodejs')) {
        return sendError(res, 501, 'EMULATOR_RUNTIME', `The emulator does not run functions of ${runtime}`);
      }
      req.headers[FUNCTION_HEADER] = found.path;
      return server.answer(req, res);
    },
    stop: () => server.stop(),
  };
}

const pathOf = (req: IncomingMessage): string => decodeURIComponent(new URL(req.url ?? '/', 'http://site').pathname);

/** Without a file of its own, whatever is there is served under its name. */
function routesOf(output: string): readonly Route[] {
  try {
    return Config.parse(JSON.parse(readFileSync(join(output, 'config.json'), 'utf8'))).routes ?? [];
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw error;
  }
}

const functionConfig = (functions: string, name: string) =>
  FunctionConfig.parse(JSON.parse(readFileSync(join(functions, `${name}.func`, '.vc-config.json'), 'utf8')));

/** Paths to look for, in order: as the routes before the files lead, then as those after them do. Null: it is answered. */
function lead(routes: readonly Route[], path: string, res: ServerResponse): readonly string[] | null {
  const at = routes.findIndex(({ handle }) => handle === 'filesystem');
  const [before, after] = at < 0 ? [routes, []] : [routes.slice(0, at), routes.slice(at + 1)];
  const first = follow(before, path, res);
  if (first === null) return null;
  const second = follow(after, first, null);
  return second === null || second === first ? [first] : [first, second];
}

/**
 * @param res null: where no answer may be given yet
 * @returns null when it is answered
 */
function follow(routes: readonly Route[], path: string, res: ServerResponse | null): string | null {
  for (const { src, dest, status, headers = {}, continue: goesOn = false } of routes) {
    const match = src === undefined ? null : new RegExp(src).exec(path);
    if (!match) continue;
    for (const [name, value] of Object.entries(headers)) res?.setHeader(name, filled(value, match));
    if (res && status !== undefined && status >= 300 && dest === undefined) {
      res.writeHead(status).end();
      return null;
    }
    if (dest !== undefined) return new URL(filled(dest, match), 'http://site').pathname;
    if (!goesOn) return path;
  }
  return path;
}

const filled = (text: string, match: RegExpExecArray): string =>
  text.replaceAll(/\$(\d+|\w+)/g, (_, key: string) => match.groups?.[key] ?? match[Number(key)] ?? '');

type Found = { readonly kind: 'file' | 'function'; readonly path: string };

/** Files go before functions of the same name. */
async function firstFound(output: string, paths: readonly string[]): Promise<Found | null> {
  for (const path of paths) {
    if (await fileFor(join(output, 'static'), path)) return { kind: 'file', path };
    const name = normalize(path).replaceAll(/^\/+|\/+$/g, '');
    for (const candidate of name === '' ? ['index'] : [name, `${name}/index`]) {
      const there = await stat(join(output, 'functions', `${candidate}.func`)).catch(() => null);
      if (there?.isDirectory()) return { kind: 'function', path: candidate };
    }
  }
  return null;
}
