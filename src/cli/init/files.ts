/** The files of `init`: what each would hold, which are there already, and writing them. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { CONFIG_FILES } from '../../config/find.ts';
import { Problem } from '../../core/errors.ts';
import { configTs } from './config-ts.ts';
import { configYaml } from './config-yaml.ts';
import { healthYaml } from './health-yaml.ts';
import { hasPlatforms } from './platform.ts';
import { workflow, WORKFLOW_FILES } from './workflows.ts';
import type { Choices } from './written.ts';

export interface WrittenFile {
  readonly path: string;
  readonly action: 'written' | 'kept' | 'extended';
}

export interface WriteOptions {
  readonly folder: string;
  readonly force: boolean;
  readonly typescript: boolean;
}

export const hasConfiguration = (folder: string): boolean =>
  CONFIG_FILES.some((name) => existsSync(join(folder, name)));

/** Two configurations would contradict each other; one is never overwritten unasked. @throws Problem USAGE */
export function refuseExisting({ folder, force, typescript }: WriteOptions): void {
  const wanted = typescript ? 'belay.config.ts' : 'belay.yml';
  const found = CONFIG_FILES.filter((name) => existsSync(join(folder, name)));
  const others = found.filter((name) => name !== wanted);
  if (others.length > 0) {
    throw new Problem('USAGE', `${others.join(' and ')} is the configuration of this folder already`, {
      why: 'two configurations would contradict each other',
      next: 'belay config validate',
    });
  }
  if (found.length > 0 && !force) {
    throw new Problem('USAGE', `${wanted} is there already`, {
      next: 'belay config validate, or belay init --force to write it anew',
    });
  }
}

function extendGitignore(folder: string): WrittenFile {
  const path = '.gitignore';
  const full = join(folder, path);
  const text = existsSync(full) ? readFileSync(full, 'utf8') : '';
  if (/^\/?\.belay\/?\s*$/m.test(text)) return { path, action: 'kept' };
  writeFileSync(full, `${text}${text === '' || text.endsWith('\n') ? '' : '\n'}.belay/\n`);
  return { path, action: 'extended' };
}

/** Writes what is not there; what is, only with `force`. */
export function writeFiles(choices: Choices, options: WriteOptions): readonly WrittenFile[] {
  const { folder, force, typescript } = options;
  const files: readonly (readonly [string, string])[] = [
    typescript ? ['belay.config.ts', configTs(choices)] : ['belay.yml', configYaml(choices)],
    ...(choices.start === null && !hasPlatforms(choices.platforms)
      ? []
      : [['health.yml', healthYaml(choices)] as const]),
    ...choices.workflows.map((name) => [WORKFLOW_FILES[name], workflow(name, choices)] as const),
  ];
  const written = files.map(([path, text]): WrittenFile => {
    const full = join(folder, path);
    if (existsSync(full) && !force) return { path, action: 'kept' };
    mkdirSync(dirname(full), { recursive: true });
    writeFileSync(full, text);
    return { path, action: 'written' };
  });
  return [...written, extendGitignore(folder)];
}
