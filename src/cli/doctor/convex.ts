/** What each Convex target of an environment needs: deployment, key, what is live, data. */
import { checkConvexTarget } from '../../project-convex-doctor.ts';
import { type Project, requireEnvironment, stateFolder } from '../../project.ts';
import { type Finding, look } from './finding.ts';

const LIMIT_MS = 20_000;

export async function lookAtConvex(project: Project, name: string): Promise<readonly Finding[]> {
  const { targets } = requireEnvironment(project.config, name);
  const { store } = project.config;
  const state = stateFolder(project.config);
  const findings = Object.entries(targets).map(([target, config]) => {
    if (config.type !== 'convex') return Promise.resolve([]);
    const what = `convex ${name}/${target}`;
    return look(what, async () => {
      const place = { state, environment: name, name: target, runtime: project.runtime, store };
      const found = await checkConvexTarget(config, place, AbortSignal.timeout(LIMIT_MS));
      return found.map((one) => ({ ...one, what: `${what} ${one.what}` }));
    });
  });
  return (await Promise.all(findings)).flat();
}
