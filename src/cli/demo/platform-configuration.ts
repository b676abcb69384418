/** The whole configuration of the platform demo, and the one variable that the site needs. */
import type { ConvexEmulator, VercelEmulator } from 'belayctl/emulators';

interface Places {
  readonly convex: ConvexEmulator;
  readonly scratch: ConvexEmulator;
  readonly vercel: VercelEmulator;
  readonly project: string;
  /** Folder of the installed dependencies. */
  readonly modules: string;
}

export function configuration({ convex, scratch, vercel, project, modules }: Places): string {
  return `# Yours is written by: belay init
app: tasks
environments:
  production:
    strategy: all-at-once
    schema: auto
    targets:
      backend:
        type: convex
        url: ${convex.url}
        adminKey: { secret: CONVEX_KEY }
        install: ln -s ${modules} node_modules
        data: { scratch: { url: "${scratch.url}", adminKey: { secret: SCRATCH_KEY } } }
      web:
        type: vercel
        project: ${project}
        team: ${vercel.teamSlug}
        token: { secret: VERCEL_TOKEN }
        api: ${vercel.url}
        probe: { path: /api/health, limit: 10s }
    checks:
      critical_queries: ["tasks:list"]
      http:
        - { name: the site reaches its data, target: web, path: /api/health, expect: { status: 200 } }
    bake: { time: 0s, triggers: [] }
`;
}

export async function setVariable(vercel: VercelEmulator, project: string, key: string, value: string): Promise<void> {
  const response = await fetch(`${vercel.url}/v10/projects/${project}/env?teamId=${vercel.teamId}&upsert=true`, {
    method: 'POST',
    headers: { authorization: `Bearer ${vercel.token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ key, value, type: 'plain', target: ['production'] }),
  });
  if (!response.ok) throw new Error(`${key} cannot be set: ${response.status} ${await response.text()}`);
}
