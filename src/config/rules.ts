/** What a shape cannot say: one small function for each rule, all of them looked at, all findings told together. */
import type { KeyPath } from '../util/document.ts';
import { suggest } from '../util/suggest.ts';
import type { Config, LocalConfig } from './config.ts';
import { missingVerbs } from './custom-target.ts';
import { localTargets } from './local-targets.ts';
import { convexRules } from './rules-convex.ts';
import { notifyRules } from './rules-notify.ts';
import { dashboardRules } from './rules-dashboard.ts';
import { dataRules } from './rules-data.ts';
import { strategyRules } from './rules-strategy.ts';
import { vercelRules } from './rules-vercel.ts';
import { MASK } from './secret.ts';

export interface Report {
  error(path: KeyPath, what: string): void;
  warn(path: KeyPath, what: string): void;
}

/** The normalised configuration, and the written one (overlays worked in) for what normalising hides. */
export interface Subject {
  readonly config: Config;
  readonly written: unknown;
}

export type Rule = (subject: Subject, report: Report) => void;

function keysAt(root: unknown, ...path: string[]): string[] {
  let value = root;
  for (const key of path) value = typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined;
  return typeof value === 'object' && value !== null ? Object.keys(value) : [];
}

const somethingToDeploy: Rule = ({ written }, report) => {
  const names = keysAt(written, 'environments');
  if (names.length === 0 && keysAt(written).includes('environments'))
    report.error(['environments'], 'needs at least one environment');
  for (const name of names) {
    if (keysAt(written, 'environments', name, 'targets').length === 0) {
      report.error(['environments', name], 'needs at least one target');
    }
  }
};

const NAME = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/;

/** Names become folders, branch of keys, and words on the command line. */
const kebabCaseNames: Rule = ({ config, written }, report) => {
  const judge = (path: KeyPath, name: string) => {
    if (NAME.test(name) && name.length <= 40) return;
    report.error(path, `"${name}" is not a name: small letters, digits and single dashes, at most 40, a letter first`);
  };
  if (typeof config.app === 'string') judge(['app'], config.app);
  for (const name of keysAt(written, 'environments')) {
    judge(['environments', name], name);
    for (const target of keysAt(written, 'environments', name, 'targets')) {
      judge(['environments', name, 'targets', target], target);
    }
  }
};

const EVERYWHERE = new Set(['0.0.0.0', '::', '*']);

const sameAddress = (a: LocalConfig, b: LocalConfig) => {
  const hosts = [a.host, b.host].map((host) => (host === 'localhost' ? '127.0.0.1' : host));
  return a.port === b.port && (hosts[0] === hosts[1] || hosts.some((host) => EVERYWHERE.has(host)));
};

const onePortEach: Rule = ({ config }, report) => {
  const locals = localTargets(config);
  locals.forEach((one, index) => {
    const other = locals.slice(0, index).find(({ target }) => sameAddress(target, one.target));
    if (!other) return;
    const name = `${other.environment.name}/${other.path.at(-1)}`;
    report.error(
      [...one.path, 'port'],
      `port ${one.target.port} belongs to ${name} already; ${one.path.slice(1, 2)}/${one.path.at(-1)} needs its own`,
    );
  });
};

const recreateHasNoStandby: Rule = ({ config }, report) => {
  for (const { environment, target, path } of localTargets(config)) {
    if (environment.strategy.type === 'recreate' && target.standby) {
      report.error(
        [...path, 'standby'],
        'contradicts strategy "recreate", which stops the old release before the new one starts',
      );
    }
  }
};

const portIsGiven: Rule = ({ config }, report) => {
  for (const { target, path } of localTargets(config)) {
    if ('PORT' in target.env)
      report.error([...path, 'env', 'PORT'], 'is chosen by Belay for each release; remove it, and listen on PORT');
  }
};

/** Only commits can be compared. */
const schemaNeedsCommits: Rule = ({ config }, report) => {
  for (const { environment, target } of localTargets(config)) {
    if (environment.schema !== null && target.source.kind === 'directory') {
      report.warn(
        ['environments', environment.name, 'schema'],
        'has nothing to compare: a folder as source has no history; take a git repository',
      );
    }
  }
};

const bakeNeedsTriggers: Rule = ({ config }, report) => {
  for (const { name, bake } of Object.values(config.environments)) {
    if (bake.timeMs > 0 && bake.triggers.length === 0) {
      report.error(['environments', name, 'bake'], 'nothing would be watched: name triggers, or set time to "0s"');
    }
  }
};

/** An effect starts only with 12 s of the lease left, and it is renewed every 5 s. */
const lockLastsLongEnough: Rule = ({ config }, report) => {
  for (const { name, lock } of Object.values(config.environments)) {
    if (lock.ttlMs < 18_000) {
      report.warn(['environments', name, 'lock', 'ttl'], 'is short: below 18s a slow store makes a living holder stop');
    }
  }
};

const customTargetsAreWhole: Rule = ({ config }, report) => {
  for (const { name, targets } of Object.values(config.environments)) {
    for (const [key, target] of Object.entries(targets)) {
      const missing = target.type === 'custom' ? missingVerbs(target.target) : [];
      if (missing.length > 0)
        report.error(['environments', name, 'targets', key], `is a target without ${missing.join(', ')}`);
    }
  }
};

const checksNameTargets: Rule = ({ config }, report) => {
  for (const { name, targets, checks } of Object.values(config.environments)) {
    const names = Object.keys(targets);
    for (const { at, name: check } of checks.flatMap(({ http }) => http)) {
      if ('url' in at) continue;
      const path = ['environments', name, 'checks'];
      if (at.target === null && names.length > 1) {
        report.error(path, `check "${check}" must name its target: one of ${names.join(', ')}`);
      } else if (at.target !== null && !names.includes(at.target)) {
        const near = suggest(at.target, names);
        report.error(
          path,
          `check "${check}" asks target "${at.target}", which is not there${near ? `; did you mean "${near}"?` : ''}`,
        );
      }
    }
  }
};

/** A handle that was put into a text has become its mask: the value would never arrive. */
const noSecretInsideText: Rule = ({ written }, report) => {
  const visit = (value: unknown, path: KeyPath): void => {
    if (typeof value === 'string' && MASK.test(value)) {
      report.error(path, 'a secret cannot be part of a text; put the whole value into the secret');
    } else if (typeof value === 'object' && value !== null) {
      for (const [key, inner] of Object.entries(value))
        visit(inner, [...path, Array.isArray(value) ? Number(key) : key]);
    }
  };
  visit(written, []);
};

const noPasswordInFile: Rule = ({ written }, report) => {
  const visit = (value: unknown, path: KeyPath): void => {
    if (typeof value === 'string' && /^postgres(ql)?:\/\/[^/@:]*:[^@]+@/.test(value)) {
      report.warn(path, 'holds a password; write { secret: NAME } instead, and set NAME');
    } else if (typeof value === 'object' && value !== null) {
      for (const [key, inner] of Object.entries(value))
        visit(inner, [...path, Array.isArray(value) ? Number(key) : key]);
    }
  };
  visit(written, []);
};

export const RULES: readonly Rule[] = [
  somethingToDeploy,
  kebabCaseNames,
  onePortEach,
  recreateHasNoStandby,
  portIsGiven,
  schemaNeedsCommits,
  bakeNeedsTriggers,
  lockLastsLongEnough,
  customTargetsAreWhole,
  checksNameTargets,
  noSecretInsideText,
  noPasswordInFile,
  ...dataRules,
  ...notifyRules,
  ...dashboardRules,
  convexRules,
  vercelRules,
  ...strategyRules,
];
