/** A scratch project on Convex and Vercel, both on this machine, driven through the built command line. */
import { type ConvexEmulator, startConvexEmulator } from '../../../src/emulators/convex/emulator.ts';
import { startVercelEmulator, type VercelEmulator } from '../../../src/emulators/vercel/emulator.ts';
import type { Files } from '../../fixtures/apps/app-repository.ts';
import { createProject, type ScratchProject } from '../project.ts';
import { recordBundle } from './recorded-bundle.ts';
import { app } from './shop-app.ts';

export interface Pair extends ScratchProject {
  readonly convex: ConvexEmulator;
  readonly vercel: VercelEmulator;
  /** Commits this version of both halves. */
  release(version: string, fields?: string): string;
  /** What visitors get, and what the functions say; null where nothing is live. */
  site(): Promise<string | null>;
  backend(): Promise<string | null>;
}

const files = (version: string, fields?: string): Files => ({
  ...app(version, fields),
  'index.html': `site ${version}`,
});

const config = (convex: ConvexEmulator, vercel: VercelEmulator, project: string, install: string) => `app: shop
environments:
  production:
    strategy: all-at-once
    bake: { time: 0s, triggers: [] }
    targets:
      web:
        type: vercel
        project: ${project}
        team: ${vercel.teamSlug}
        token: { secret: VERCEL_TOKEN }
        api: ${vercel.url}
      backend:
        type: convex
        url: ${convex.url}
        adminKey: { secret: CONVEX_KEY }
        install: ${JSON.stringify(install)}
    checks:
      critical_queries: ["shop:version"]
      http:
        - { name: the site answers, target: web, path: /, expect: { status: 200, contains: site } }
`;

export async function createPair(): Promise<Pair> {
  const bundle = recordBundle();
  const [convex, vercel] = await Promise.all([startConvexEmulator(), startVercelEmulator()]);
  const { name, productionUrl } = await vercel.createProject({ name: 'shop' });
  const project = createProject(
    {
      ...files('one'),
      'belay.yml': config(convex, vercel, name, bundle.install),
      '.gitignore': '.belay/\nnode_modules\n',
    },
    { CONVEX_KEY: convex.adminKey, VERCEL_TOKEN: vercel.token },
  );
  return {
    ...project,
    convex,
    vercel,
    release: (version, fields) => project.commit(`version ${version}`, files(version, fields)),
    async site() {
      const response = await fetch(productionUrl, { signal: AbortSignal.timeout(10_000) });
      const text = (await response.text()).trim();
      return response.ok ? text.replace('site ', '') : null;
    },
    async backend() {
      const response = await fetch(`${convex.url}/api/query`, {
        method: 'POST',
        headers: { authorization: `Convex ${convex.adminKey}`, 'content-type': 'application/json' },
        body: JSON.stringify({ path: 'shop:version', format: 'convex_encoded_json', args: [{}] }),
      });
      const answer = (await response.json()) as { readonly status: string; readonly value?: string };
      return answer.status === 'success' ? (answer.value ?? null) : null;
    },
    async dispose() {
      await project.dispose();
      await Promise.all([convex.close(), vercel.close()]);
      bundle.remove();
    },
  };
}
