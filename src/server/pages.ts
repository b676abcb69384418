/** The dashboard's own files. Only what was found in its folder is served, by the name that it was found under. */
import { readdir, readFile, stat } from 'node:fs/promises';
import { extname, join, relative, sep } from 'node:path';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';

const TYPES: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.ico': 'image/x-icon',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain; charset=utf-8',
  '.webmanifest': 'application/manifest+json',
  '.woff2': 'font/woff2',
};
const TEXTS = /^(text\/|application\/(json|manifest)|image\/svg)/;
const INDEX = '/index.html';

interface Page {
  readonly type: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly zipped: Uint8Array<ArrayBuffer> | null;
}

export interface Pages {
  /** A file; for the address of a page, the page that draws it. Null for a file that is not there. */
  answer(path: string, acceptEncoding: string): Promise<Response | null>;
}

async function readPage(file: string): Promise<Page> {
  const type = TYPES[extname(file)] ?? 'application/octet-stream';
  const bytes = Uint8Array.from(await readFile(file));
  return { type, bytes, zipped: TEXTS.test(type) ? Uint8Array.from(await promisify(gzip)(bytes)) : null };
}

async function filesOf(folder: string): Promise<ReadonlyMap<string, string>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return new Map(files.map((file) => [`/${relative(folder, file).split(sep).join('/')}`, file]));
}

const MISSING =
  '<!doctype html><html lang="en"><title>Belay</title><h1>The pages of the dashboard were not built</h1>' +
  '<p>The API answers under <a href="/api/v1/overview">/api/v1</a>. In a checkout of Belay: <code>npm run build</code></p></html>';

export function createPages(folder: string | null): Pages {
  let builtAt = -1;
  let files: ReadonlyMap<string, string> = new Map();
  const read = new Map<string, Promise<Page>>();

  /** An upgrade, or a build beside us, has changed them. */
  async function refresh(): Promise<void> {
    if (folder === null) return;
    const { mtimeMs } = await stat(join(folder, INDEX)).catch(() => ({ mtimeMs: -1 }));
    if (mtimeMs === builtAt) return;
    files = mtimeMs < 0 ? new Map() : await filesOf(folder);
    read.clear();
    builtAt = mtimeMs;
  }

  function pageOf(name: string): Promise<Page> | null {
    const file = files.get(name);
    if (file === undefined) return null;
    const known = read.get(name) ?? readPage(file);
    read.set(name, known);
    return known;
  }

  return {
    async answer(path, acceptEncoding) {
      await refresh();
      const isFile = extname(path) !== '';
      const page = await pageOf(isFile ? path : INDEX);
      if (!page) {
        return isFile ? null : new Response(MISSING, { headers: { 'content-type': 'text/html; charset=utf-8' } });
      }
      const hashed = path.startsWith('/assets/');
      const zip = page.zipped !== null && /\bgzip\b/.test(acceptEncoding);
      return new Response(zip ? page.zipped : page.bytes, {
        headers: {
          'content-type': page.type,
          'cache-control': hashed ? 'public, max-age=31536000, immutable' : 'no-cache',
          vary: 'accept-encoding',
          ...(zip ? { 'content-encoding': 'gzip' } : {}),
        },
      });
    },
  };
}
