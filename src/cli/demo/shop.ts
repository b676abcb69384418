/** The small real application of the demo, with a git history made on the spot. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Exec } from '../../util/exec.ts';

interface Version {
  readonly subject: string;
  /** Body of the request handler, after the health route. */
  readonly handler: string;
}

export const VERSIONS: readonly Version[] = [
  { subject: 'Sell shoes', handler: `answer(200, 'shoes');` },
  { subject: 'Sell hats as well', handler: `answer(200, 'shoes and hats');` },
  {
    subject: 'Add recommendations',
    // Healthy at first: what goes wrong shows only under traffic, as it does in life.
    handler: `answer(++served > 40 ? 500 : 200, served > 40 ? 'no connection to recommendations' : 'shoes, hats, and you may like');`,
  },
];

function serverSource(version: number): string {
  return `import { createServer } from 'node:http';
let served = 0;
const server = createServer((request, response) => {
  const answer = (status, text) => {
    response.writeHead(status, { 'content-type': 'text/plain', 'x-shop-version': '${version}' }).end(text + '\\n');
  };
  if (request.url === '/healthz') return answer(200, 'fine');
  ${VERSIONS[version - 1]?.handler}
});
server.listen(Number(process.env.PORT), '127.0.0.1');
process.on('SIGTERM', () => server.close());
`;
}

function configuration(port: number): string {
  return `# The whole configuration of the demo. Yours is written by: belay init
app: shop
environments:
  production:
    targets:
      web:
        type: local
        start: node server.mjs
        port: ${port}
        probe: { path: /healthz }
        drain: { requests: 3s, streams: 3s, kill: 3s }
    strategy: { type: blue-green, soak: 4s }
    triggers:
      - { type: error-rate, above: 5%, window: 2s, minRequests: 20 }
    bake: { time: 2s }
    checks:
      http:
        - { name: front page, target: web, path: /healthz, expect: { status: 200 } }
`;
}

/** Writes the application into `folder` and commits it as version 1. */
export async function createShop(exec: Exec, folder: string, port: number): Promise<void> {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'belay.yml'), configuration(port));
  writeFileSync(join(folder, '.gitignore'), '.belay/\n');
  await git(exec, folder, 'init', '--quiet', '--initial-branch=main');
  await commitVersion(exec, folder, 1);
}

export async function commitVersion(exec: Exec, folder: string, version: number): Promise<void> {
  writeFileSync(join(folder, 'server.mjs'), serverSource(version));
  await git(exec, folder, 'add', '--all');
  await git(exec, folder, 'commit', '--quiet', '--message', VERSIONS[version - 1]?.subject ?? `Version ${version}`);
}

async function git(exec: Exec, folder: string, ...args: readonly string[]): Promise<void> {
  const who = ['-c', 'user.name=Mia', '-c', 'user.email=mia@shop.example', '-c', 'commit.gpgsign=false'];
  const result = await exec(['git', '-C', folder, ...who, ...args], { limitMs: 30_000 });
  if (result.code !== 0) throw new Error(`git ${args[0]} failed: ${result.stderr}`);
}
