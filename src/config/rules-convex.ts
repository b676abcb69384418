/** What the shape of a Convex target cannot say: which keys belong together. */
import type { KeyPath } from '../util/document.ts';
import type { Report, Rule } from './rules.ts';

interface WrittenAccess {
  readonly deployKey?: unknown;
  readonly url?: unknown;
  readonly adminKey?: unknown;
}

function judge(path: KeyPath, { deployKey, url, adminKey }: WrittenAccess, report: Report): void {
  const own = [url, adminKey].filter((one) => one !== undefined).length;
  if (deployKey !== undefined && own > 0) {
    report.error(path, 'has a deployKey (cloud), and url or adminKey (self-hosted): it is one or the other');
  } else if (deployKey === undefined && own < 2) {
    report.error(
      path,
      own === 0 ? 'needs a deployKey, or url and adminKey' : 'needs both url and adminKey, or a deployKey',
    );
  }
}

const at = (value: unknown, key: string): unknown =>
  typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined;

export const convexRules: Rule = ({ config, written }, report) => {
  const store = at(written, 'store');
  if (at(store, 'type') === 'convex') judge(['store'], store as WrittenAccess, report);
  for (const environment of Object.values(config.environments)) {
    for (const [name, target] of Object.entries(environment.targets)) {
      if (target.type !== 'convex') continue;
      const path = ['environments', environment.name, 'targets', name];
      const told = path.reduce(at, written);
      judge(path, (told ?? {}) as WrittenAccess, report);
      const scratch = at(at(told, 'data'), 'scratch');
      if (scratch !== undefined) judge([...path, 'data', 'scratch'], scratch as WrittenAccess, report);
    }
  }
};
