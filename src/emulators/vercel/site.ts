/** What answers a deployment's requests: a folder of files, or a server of its own. */
import type { IncomingMessage, ServerResponse } from 'node:http';

export interface Site {
  /** Answers the request, always. */
  answer(req: IncomingMessage, res: ServerResponse): Promise<void>;
  /** Ends what it runs, and waits for that. */
  stop(): Promise<void>;
}

/** A short page in the vendor's manner: the code in the header `x-vercel-error` as well. */
export function sendError(res: ServerResponse, status: number, code: string, text: string): void {
  if (res.headersSent) return void res.destroy();
  res.writeHead(status, { 'content-type': 'text/plain; charset=utf-8', 'x-vercel-error': code });
  res.end(`${text}\n\n${code}\n`);
}
