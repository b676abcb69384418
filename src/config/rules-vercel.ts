/** What the shape of a Vercel target cannot say: what goes with its source, and with the strategy. */
import { isAbsolute, normalize } from 'node:path';
import { formatShare } from '../util/share.ts';
import type { EnvironmentConfig } from './config.ts';
import type { Rule } from './rules.ts';

export const vercelRules: Rule = ({ config }, report) => {
  for (const environment of Object.values(config.environments)) {
    for (const [name, target] of Object.entries(environment.targets)) {
      if (target.type !== 'vercel') continue;
      const path = ['environments', environment.name, 'targets', name];
      if (target.deploy === 'git' && target.source.kind === 'directory') {
        report.error([...path, 'deploy'], 'is "git", which needs a commit; the source is a plain directory');
      }
      if (target.root !== null && (isAbsolute(target.root) || normalize(target.root).startsWith('..'))) {
        report.error([...path, 'root'], 'leads out of the source; it is a folder in it');
      }
      const odd = target.edgeConfig ? undefined : oddShare(environment);
      if (odd !== undefined) {
        const why = `${formatShare(odd)} is none: rolling releases of Vercel have whole percentages`;
        report.error(['environments', environment.name, 'strategy', 'steps'], why);
      }
    }
  }
};

function oddShare({ strategy }: EnvironmentConfig): number | undefined {
  if (strategy.type !== 'canary') return undefined;
  const isWhole = (share: number) => Math.abs(share * 100 - Math.round(share * 100)) < 1e-9;
  return strategy.settings.stages.map(({ share }) => share).find((share) => !isWhole(share));
}
