/** The few answers that the router gives itself, when no release can. */
import type { IncomingMessage, ServerResponse } from 'node:http';

export interface Page {
  readonly status: 404 | 501 | 502 | 503;
  readonly title: string;
  readonly text: string;
  readonly retryAfterS?: number;
}

export const PAGES = {
  maintenance: {
    status: 503,
    title: 'Back in a moment',
    text: 'This service is being updated. Please try again shortly.',
    retryAfterS: 10,
  },
  nothingLive: {
    status: 503,
    title: 'Nothing is live',
    text: 'No release of this application is live. `belay status` shows its state.',
    retryAfterS: 30,
  },
  unknownRelease: {
    status: 404,
    title: 'No such release',
    text: 'The x-belay-release header names no release that runs here.',
  },
  unreachable: { status: 502, title: 'No answer', text: 'The application did not answer.' },
  cut: {
    status: 503,
    title: 'Took too long',
    text: 'The release that worked on this request was replaced.',
    retryAfterS: 1,
  },
  notUpgradable: { status: 501, title: 'Not supported', text: 'Only WebSocket upgrades are supported.' },
} as const satisfies Record<string, Page>;

/** Answers with the page, or ends the connection if an answer has already begun. */
export function answerPage(req: IncomingMessage, res: ServerResponse, page: Page): void {
  if (res.headersSent || res.destroyed) {
    res.destroy();
    return;
  }
  const html = req.headers.accept?.includes('text/html') ?? false;
  const body = html
    ? `<!doctype html><meta charset="utf-8"><title>${page.title}</title><h1>${page.title}</h1><p>${page.text}</p>\n`
    : `${page.title}. ${page.text}\n`;
  res.writeHead(page.status, {
    'Content-Type': html ? 'text/html; charset=utf-8' : 'text/plain; charset=utf-8',
    'Content-Length': Buffer.byteLength(body),
    'Cache-Control': 'no-store',
    ...(page.retryAfterS === undefined ? {} : { 'Retry-After': String(page.retryAfterS) }),
  });
  res.end(body);
}
