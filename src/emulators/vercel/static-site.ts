/** Serves a folder: index pages, pages without `.html`, and a page 404.html if there is one. */
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { extname, join, normalize } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { type Site, sendError } from './site.ts';

const TYPES: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.ico': 'image/x-icon',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain; charset=utf-8',
  '.woff2': 'font/woff2',
};

export function staticSite(folder: () => string): Site {
  return {
    async answer(req, res) {
      const found = await fileFor(folder(), decodeURIComponent(new URL(req.url ?? '/', 'http://site').pathname));
      if (found) return sendFile(req, res, found, 200);
      const page = await fileFor(folder(), '/404.html');
      if (page) return sendFile(req, res, page, 404);
      sendError(res, 404, 'NOT_FOUND', 'The page could not be found');
    },
    stop: async () => undefined,
  };
}

/** @param path decoded; null: there is none */
export async function fileFor(folder: string, path: string): Promise<string | null> {
  const asked = join(folder, normalize(path));
  for (const candidate of [asked, join(asked, 'index.html'), `${asked}.html`]) {
    if (await isFile(candidate)) return candidate;
  }
  return null;
}

const isFile = async (path: string): Promise<boolean> =>
  stat(path).then(
    (entry) => entry.isFile(),
    () => false,
  );

async function sendFile(req: IncomingMessage, res: ServerResponse, path: string, status: number): Promise<void> {
  res.writeHead(status, { 'content-type': TYPES[extname(path)] ?? 'application/octet-stream' });
  if (req.method === 'HEAD') return void res.end();
  await pipeline(createReadStream(path), res);
}
