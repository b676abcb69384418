/** What each Vercel target of an environment needs: key, project, plan, protection, regions. */
import { checkVercelTarget } from '../../project-vercel.ts';
import { type Project, requireEnvironment, stateFolder } from '../../project.ts';
import { type Finding, look } from './finding.ts';

const LIMIT_MS = 20_000;

export async function lookAtVercel(project: Project, name: string): Promise<readonly Finding[]> {
  const { targets, strategy } = requireEnvironment(project.config, name);
  const state = stateFolder(project.config);
  const findings = Object.entries(targets).map(([target, config]) => {
    if (config.type !== 'vercel') return Promise.resolve([]);
    const what = `vercel ${name}/${target}`;
    return look(what, async () => {
      const place = { state, environment: name, name: target, runtime: project.runtime, strategy };
      const found = await checkVercelTarget(config, place, AbortSignal.timeout(LIMIT_MS));
      return found.map((one) => ({ ...one, what: `${what} ${one.what}` }));
    });
  });
  return (await Promise.all(findings)).flat();
}
