/**
 * The program that runs the functions of a prebuilt deployment, each loaded with its first request. It is text, written
 * beside the deployments, so that it is the same whether Belay is built or not.
 */

/** Names the function that a request is for; the address stays the visitor's own. */
export const FUNCTION_HEADER = 'x-emulator-function';

/** Argument: `.vercel/output/functions`. Node functions only: `(request, response)`, or web handlers by method. */
export const LAUNCHER = String.raw`
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pathToFileURL } from 'node:url';

const root = process.argv[2];
const loaded = new Map();

const load = async (name) => {
  const folder = join(root, name + '.func');
  const { handler } = JSON.parse(readFileSync(join(folder, '.vc-config.json'), 'utf8'));
  const module = await import(pathToFileURL(join(folder, handler)).href);
  // What CommonJS exports is the default of what is imported.
  return typeof module.default === 'object' && module.default !== null ? { ...module, ...module.default } : module;
};

const webRequest = (req) =>
  new Request('http://' + req.headers.host + req.url, {
    method: req.method,
    headers: Object.entries(req.headers).map(([name, value]) => [name, String(value)]),
    ...(['GET', 'HEAD'].includes(req.method) ? {} : { body: Readable.toWeb(req), duplex: 'half' }),
  });

const answerWith = async (res, response) => {
  res.writeHead(response.status, Object.fromEntries(response.headers));
  res.end(Buffer.from(await response.arrayBuffer()));
};

createServer(async (req, res) => {
  const name = req.headers['${FUNCTION_HEADER}'];
  delete req.headers['${FUNCTION_HEADER}'];
  try {
    if (!loaded.has(name)) loaded.set(name, load(name));
    const module = await loaded.get(name);
    const web = module[req.method] ?? module.fetch;
    if (web) return await answerWith(res, await web(webRequest(req)));
    await module.default(req, res);
  } catch (error) {
    console.error(error);
    // Vercel ends a function that throws; the next request begins another.
    process.exit(1);
  }
}).listen(Number(process.env.PORT), '127.0.0.1');
`;
