/** `action.yml`: keys that GitHub knows, outputs that belay writes, and scripts that run as they stand there. */
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';

const root = join(import.meta.dirname, '../../..');
const Text = z.string().min(1);
const Step = z.union([
  z.strictObject({ uses: Text, with: z.record(z.string(), z.string()) }),
  z.strictObject({
    id: Text.optional(),
    if: Text.optional(),
    shell: z.literal('bash'),
    'working-directory': Text,
    env: z.record(z.string(), z.string()),
    run: Text,
  }),
]);
const Action = z.strictObject({
  name: Text,
  description: Text,
  branding: z.strictObject({ icon: Text, color: Text }),
  inputs: z.record(z.string(), z.strictObject({ description: Text, default: z.string() })),
  outputs: z.record(z.string(), z.strictObject({ description: Text, value: Text })),
  runs: z.strictObject({ using: z.literal('composite'), steps: z.array(Step) }),
});
const action = Action.parse(parse(readFileSync(join(root, 'action.yml'), 'utf8')));
const scripts = action.runs.steps.flatMap((step) => ('run' in step ? [step] : []));

let temp: string;
beforeEach(() => {
  temp = mkdtempSync(join(tmpdir(), 'belay-action-'));
  const bin = join(temp, 'belay/node_modules/.bin');
  mkdirSync(bin, { recursive: true });
  writeFileSync(join(bin, 'belay'), '#!/bin/sh\necho "$PPID"\nprintf "%s\\n" "$@"\n');
  chmodSync(join(bin, 'belay'), 0o755);
});
afterEach(() => rmSync(temp, { recursive: true, force: true }));

/** What the belay of a script got: first the process that started it, then its arguments. */
function run(script: string, env: NodeJS.ProcessEnv): readonly string[] {
  const all = { PATH: process.env.PATH, RUNNER_TEMP: temp, ...env };
  return execFileSync('bash', ['--noprofile', '--norc', '-e', '-o', 'pipefail', '-c', script], {
    env: all,
    encoding: 'utf8',
  })
    .trimEnd()
    .split('\n');
}

test('its outputs are what belay writes, each from the step that runs it', () => {
  expect(Object.keys(action.outputs)).toEqual(['deployment', 'release', 'outcome', 'url', 'live', 'rollback-class']);
  for (const [name, { value }] of Object.entries(action.outputs))
    expect(value).toBe(`\${{ steps.belay.outputs.${name} }}`);
});

test('it installs the version of this package unless told otherwise', () => {
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
  expect(action.inputs['version']?.default).toBe(version);
});

test('expressions stand beside scripts, never in them, and name inputs that there are', () => {
  for (const { run: script } of scripts) expect(script).not.toContain('${{');
  const named = [...JSON.stringify(action.runs).matchAll(/inputs\.([\w-]+)/g)].map(([, name]) => name);
  expect(new Set(named)).toEqual(new Set(Object.keys(action.inputs)));
});

test('a line of `args` is one argument; belay takes the place of the shell, so that it gets the signal of a cancelled run', () => {
  const script = scripts.find(({ id }) => id === 'belay')?.run ?? '';
  const args = 'HEAD~1\n--reason\na $(reason) "with" \'quotes\'\n';
  const [parent, ...given] = run(script, { INPUT_COMMAND: 'deploy', INPUT_ENVIRONMENT: 'staging', INPUT_ARGS: args });
  expect(given).toEqual(['deploy', '--env', 'staging', 'HEAD~1', '--reason', 'a $(reason) "with" \'quotes\'']);
  expect(parent).toBe(String(process.pid));
  expect(run(script, { INPUT_COMMAND: 'plan', INPUT_ENVIRONMENT: '', INPUT_ARGS: '' }).slice(1)).toEqual(['plan']);
});

test('what was cut off is recovered, on the same environment', () => {
  const recover = scripts.at(-1);
  expect(recover?.if).toMatch(
    /^always\(\) && steps\.belay\.outcome != 'skipped' && steps\.belay\.outputs\.outcome == ''/,
  );
  expect(run(recover?.run ?? '', { INPUT_ENVIRONMENT: 'staging' }).slice(1)).toEqual(['recover', '--env', 'staging']);
  expect(run(recover?.run ?? '', { INPUT_ENVIRONMENT: '' }).slice(1)).toEqual(['recover']);
});
