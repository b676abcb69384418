/** The workflows hold to what GitHub accepts, and to what makes a cancelled or a hostile run harmless. */
import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { NO_PLATFORMS } from './platform.ts';
import type { Choices } from './written.ts';
import { WORKFLOW_FILES, WORKFLOWS, workflow, type WorkflowName } from './workflows.ts';

const Step = z.union([
  z.strictObject({
    uses: z.string().regex(/^actions\/(checkout|setup-node)@v\d+$/),
    with: z.record(z.string(), z.unknown()),
  }),
  z.strictObject({
    id: z.string().optional(),
    if: z.string().optional(),
    run: z.string(),
    env: z.record(z.string(), z.string()).optional(),
  }),
]);
const Input = z.strictObject({ description: z.string(), required: z.boolean(), type: z.literal('string') });
/** The keys that GitHub knows, as far as they are used here. */
const Workflow = z.strictObject({
  name: z.string(),
  on: z.strictObject({
    push: z.strictObject({ branches: z.array(z.string()).optional(), tags: z.array(z.string()).optional() }).optional(),
    pull_request: z.strictObject({ types: z.array(z.enum(['opened', 'synchronize', 'reopened'])) }).optional(),
    workflow_dispatch: z.union([z.null(), z.strictObject({ inputs: z.record(z.string(), Input) })]).optional(),
  }),
  permissions: z.strictObject({ contents: z.literal('read'), deployments: z.literal('write') }),
  concurrency: z.strictObject({ group: z.string(), 'cancel-in-progress': z.literal(false) }),
  jobs: z.strictObject({
    belay: z.strictObject({
      if: z.string().optional(),
      'runs-on': z.string(),
      'timeout-minutes': z.int().positive(),
      environment: z.strictObject({ name: z.string(), deployment: z.literal(false) }),
      steps: z.array(Step),
    }),
  }),
});

const choices: Choices = {
  kind: 'Node with npm',
  app: 'shop',
  install: null,
  build: null,
  start: 'node a.js',
  git: true,
  branch: 'feature/"x"',
  healthPath: null,
  sqliteFiles: [],
  databaseUrl: true,
  docker: false,
  schema: false,
  platforms: NO_PLATFORMS,
  port: 8080,
  workflows: WORKFLOWS,
  middleware: false,
  version: '1.2.3',
};
const read = (name: WorkflowName) => Workflow.parse(parse(workflow(name, choices)));
const runs = (name: WorkflowName) => read(name).jobs.belay.steps.flatMap((step) => ('run' in step ? [step] : []));

test.each(WORKFLOWS)('%s: one at a time on its environment, never cut off, the whole history', (name) => {
  const { concurrency, jobs } = read(name);
  const environment = name === 'rollback' ? 'production' : name;
  expect(concurrency.group).toBe(`belay-${environment}`);
  expect(jobs.belay.environment.name).toBe(environment);
  expect(jobs.belay.steps[0]).toMatchObject({ with: { 'fetch-depth': 0 } });
  expect(WORKFLOW_FILES[name]).toMatch(/^\.github\/workflows\/\w+\.yml$/);
});

test.each(WORKFLOWS)('%s: scripts are shell, and nothing from outside stands in one', (name) => {
  for (const { run } of runs(name)) {
    expect(run).not.toContain('${{');
    execFileSync('bash', ['--norc', '-n', '-c', run]);
  }
});

test.each(WORKFLOWS)('%s: the signal reaches belay, and what was cut off is recovered, never unlocked', (name) => {
  const [install, belay, recover] = runs(name);
  expect(install).toEqual({ run: 'npm install --global --ignore-scripts belayctl@1.2.3' });
  expect(belay).toMatchObject({ id: 'belay', run: expect.stringMatching(/^exec belay (deploy|rollback) /) });
  expect(recover?.run).toMatch(/^exec belay recover --env \w+$/);
  expect(recover?.if).toBe(`always() && steps.belay.outcome != 'skipped' && steps.belay.outputs.outcome == ''`);
  for (const step of [belay, recover]) expect(Object.keys(step?.env ?? {})).toContain('DATABASE_URL');
  expect(workflow(name, choices)).not.toMatch(/lock release|--force/);
});

test('each begins where it should: a pull request of our own, the branch, by hand or by a tag, by hand', () => {
  expect(read('preview').on).toEqual({ pull_request: { types: ['opened', 'synchronize', 'reopened'] } });
  expect(read('preview').jobs.belay.if).toBe('github.event.pull_request.head.repo.full_name == github.repository');
  expect(read('staging').on).toEqual({ push: { branches: ['feature/"x"'] }, workflow_dispatch: null });
  expect(read('production').on).toMatchObject({ push: { tags: ['v*'] }, workflow_dispatch: { inputs: { ref: {} } } });
  expect(read('rollback').on).toMatchObject({ workflow_dispatch: { inputs: { reason: { required: true } } } });
});

test('what a person types is one argument, or none', () => {
  const argumentsOf = (name: WorkflowName, env: NodeJS.ProcessEnv) => {
    const script = runs(name)[1]?.run.replace('exec belay', 'printf "%s\\n"') ?? '';
    return execFileSync('bash', ['--norc', '-e', '-c', script], {
      env: { PATH: process.env.PATH, ...env },
      encoding: 'utf8',
    })
      .trim()
      .split('\n');
  };
  const sha = 'f'.repeat(40);
  const hostile = '$(touch /tmp/x); "quoted" --force';
  expect(argumentsOf('production', { GITHUB_SHA: sha, REF: '', REASON: '' })).toEqual([
    'deploy',
    sha,
    '--env',
    'production',
  ]);
  expect(argumentsOf('production', { GITHUB_SHA: sha, REF: 'v1', REASON: hostile })).toEqual([
    'deploy',
    'v1',
    '--env',
    'production',
    '--reason',
    hostile,
  ]);
  expect(argumentsOf('rollback', { RELEASE: '', REASON: hostile })).toEqual([
    'rollback',
    '--env',
    'production',
    '--reason',
    hostile,
  ]);
});
