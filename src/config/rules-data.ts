/** Rules about data: what would be restored must be the application's own, and nothing else. */
import { join, relative } from 'node:path';
import type { KeyPath } from '../util/document.ts';
import type { Config, DataConfig } from './config.ts';
import { localTargets, type PlacedLocal } from './local-targets.ts';
import type { Rule } from './rules.ts';

interface PlacedPath extends PlacedLocal {
  readonly data: string;
  readonly key: KeyPath;
}

function pathsOf(data: DataConfig | null): { path: string; key: KeyPath }[] {
  if (data?.type === 'directory') return [{ path: data.path, key: ['data', 'path'] }];
  if (data?.type === 'sqlite') return data.files.map((path, index) => ({ path, key: ['data', 'files', index] }));
  return [];
}

function dataPaths(config: Config): PlacedPath[] {
  return localTargets(config).flatMap((placed) =>
    pathsOf(placed.target.data).map(({ path, key }) => ({ ...placed, data: path, key: [...placed.path, ...key] })),
  );
}

/** True for the folder itself too. */
function contains(folder: string, path: string): boolean {
  const way = relative(folder, path);
  return way === '' || (!way.startsWith('..') && !way.startsWith('/'));
}

const dataOutsideReleases: Rule = ({ config }, report) => {
  const own = join(config.directory, '.belay');
  for (const { data, key, target } of dataPaths(config)) {
    if (contains(own, data)) {
      report.error(key, 'is inside .belay, where Belay keeps releases; data must live outside of them');
    } else if (target.source.kind === 'directory' && contains(target.source.path, data)) {
      report.error(
        key,
        'is inside the released folder, so that every release would bring its own copy; keep data outside of it',
      );
    }
  }
};

/** Restoring replaces the whole folder: the journal and the releases must not be in it. */
const dataWithoutOurs: Rule = ({ config }, report) => {
  const own = join(config.directory, '.belay');
  for (const { data, key, target } of dataPaths(config)) {
    if (config.store.type === 'sqlite' && contains(data, config.store.path)) {
      report.error(key, 'holds the journal: restoring it would take back the record; choose a folder of its own');
    } else if (contains(data, own)) {
      report.error(key, 'holds .belay, with the releases in it; choose a folder of its own');
    } else if (target.source.kind === 'git' && contains(data, target.source.path)) {
      report.error(key, 'holds the source itself; choose a folder of its own');
    }
  }
};

const dataHasOneOwner: Rule = ({ config }, report) => {
  const all = dataPaths(config);
  all.forEach((one, index) => {
    const other = all
      .slice(0, index)
      .find(({ data, path }) => path !== one.path && (contains(data, one.data) || contains(one.data, data)));
    if (!other) return;
    const owner = `${other.environment.name}/${other.path.at(-1)}`;
    report.error(one.key, `is data of ${owner} already: a restore of one would overwrite the other`);
  });
};

const dataWantsHold: Rule = ({ config }, report) => {
  for (const { environment, target, path } of localTargets(config)) {
    if (target.data && environment.strategy.type !== 'recreate') {
      report.warn(
        [...path, 'data'],
        `is snapshotted while the old release still writes; strategy "recreate" holds requests, so that nothing is written in between`,
      );
    }
  }
};

export const dataRules: readonly Rule[] = [dataOutsideReleases, dataWithoutOurs, dataHasOneOwner, dataWantsHold];
