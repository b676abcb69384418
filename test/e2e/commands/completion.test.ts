/** Completion in a real bash, from the script that `belay completion bash` prints. */
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { COMMANDS } from '../../../src/cli/program.ts';
import { createProject, NOOP_CONFIG, type TestProject } from './project.ts';

const BIN = join(import.meta.dirname, '../../../bin/belay.js');
let project: TestProject;
let script: string;

beforeAll(async () => {
  project = createProject({ 'belay.yml': NOOP_CONFIG });
  script = (await project.belay('completion', 'bash')).stdout;
  mkdirSync(join(project.path, 'bin'));
  writeFileSync(join(project.path, 'bin/belay'), `#!/bin/sh\nexec '${process.execPath}' '${BIN}' "$@"\n`);
  chmodSync(join(project.path, 'bin/belay'), 0o755);
});
afterAll(() => project.dispose());

/** What bash would offer behind these words; the last one is being typed. */
function offered(...words: readonly string[]): string[] {
  const list = ['belay', ...words].map((word) => `'${word}'`).join(' ');
  const program = `${script}\nCOMP_WORDS=(${list}); COMP_CWORD=${words.length}; _belay; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const PATH = `${join(project.path, 'bin')}:${process.env.PATH}`;
  const text = execFileSync('bash', ['--norc', '-c', program], { cwd: project.path, encoding: 'utf8', env: { PATH } });
  return text.split('\n').filter(Boolean).sort();
}

test('every command is offered', () => {
  expect(offered('')).toEqual(Object.keys(COMMANDS).sort());
  expect(offered('de')).toEqual(['demo', 'deploy']);
});

test('subcommands, options, their values, and the environments of this project', () => {
  expect(offered('lock', '')).toEqual(expect.arrayContaining(['acquire', 'release', 'status']));
  expect(offered('lock', 'release', '--')).toEqual(expect.arrayContaining(['--nonce', '--because']));
  expect(offered('deploy', '--acc')).toEqual(['--accept-drift', '--accept-schema']);
  expect(offered('history', '--outcome', 'r')).toEqual(['refused', 'rolled-back']);
  expect(offered('deploy', '--env', '')).toEqual(['production', 'staging']);
  expect(offered('promote', '--from', 's')).toEqual(['staging']);
});

test('outside of a project there is nothing to offer, and no error', () => {
  const { PATH } = process.env;
  const run = () =>
    execFileSync(process.execPath, [BIN, 'completion', 'environments'], { cwd: '/', encoding: 'utf8', env: { PATH } });
  expect(run()).toBe('');
});

test('there is a script for each shell, and no other', async () => {
  expect((await project.belay('completion', 'zsh')).stdout).toContain('#compdef belay');
  expect((await project.belay('completion', 'fish')).stdout).toContain('complete -c belay');
  expect(await project.belay('completion', 'tcsh')).toMatchObject({ code: 2 });
});
