import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createExec } from '../util/exec.ts';
import type { Check, CheckContext } from './check.ts';
import { createChecks } from './create.ts';
import { normalizeHealth } from './normalize.ts';
import { runChecks } from './run-all.ts';
import type { WrittenHealth } from './shape.ts';
import { worst } from './verdict.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'belay-command-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const exec = createExec({ PATH: `${dirname(process.execPath)}:/usr/local/bin:/usr/bin:/bin` });
const context = (signal = new AbortController().signal): CheckContext => ({ urls: {}, signal, exec });
const run = (written: WrittenHealth) =>
  runChecks(createChecks([normalizeHealth(written, null, () => ({ reveal: () => '' }))], folder), context());

test.each<[NonNullable<WrittenHealth['commands']>[number], string, string]>([
  [{ run: ['node', '-e', ''] }, 'pass', 'exit 0 in '],
  [{ run: 'exit 3' }, 'fail', 'expected exit 0, saw 3'],
  [{ run: 'exit 3', exit: 3 }, 'pass', 'exit 3 in '],
  [{ run: 'echo one; echo two', contains: 'two' }, 'pass', 'exit 0 in '],
  [{ run: 'echo one', contains: 'two' }, 'fail', 'expected output with "two", which is not in it'],
  [{ run: 'true', contains: 'two' }, 'inconclusive', 'expected output with "two", saw none at all'],
  [{ run: 'sleep 30', limit: '100ms' }, 'fail', 'expected to end within 100 ms, and was stopped then'],
  [{ run: 'kill -9 $$' }, 'fail', 'expected exit 0, was ended by a signal'],
  [{ run: ['belay-no-such-program'] }, 'error', 'the program cannot be started: it was not found'],
  [{ run: 'belay-no-such-program' }, 'error', 'the program cannot be started: exit 127'],
])('command %j is %s', async (command, status, summary) => {
  const [result] = await run({ commands: [command] });
  expect([result?.status, result?.summary.slice(0, summary.length)]).toEqual([status, summary]);
});

test('a failure carries the last lines of output', async () => {
  const [result] = await run({ commands: [{ run: 'for n in 1 2 3 4 5 6 7; do echo line $n; done; exit 1' }] });
  expect(result?.findings).toEqual(['expected exit 0, saw 1', 'line 3', 'line 4', 'line 5', 'line 6', 'line 7']);
});

/** Answers by the name that it is given. */
const RUNNER = [
  'node',
  '-e',
  `const name = process.argv[1];
   if (name === 'jobs:broken') { console.error('Error: table is missing'); process.exit(1); }
   if (name !== 'jobs:silent') console.log(name === 'jobs:nan' ? 'NaN' : '[1]');`,
];

test('critical functions and queries run through the runner', async () => {
  const results = await run({
    critical_functions: ['jobs:list', 'jobs:silent', 'jobs:broken'],
    critical_queries: ['jobs:list', 'jobs:silent', 'jobs:nan'],
    function_runner: RUNNER,
  });
  expect(results.map(({ check, status, findings }) => [check, status, ...findings])).toEqual([
    ['function jobs:list', 'pass'],
    ['function jobs:silent', 'pass'],
    ['function jobs:broken', 'fail', 'expected exit 0, saw 1', 'Error: table is missing'],
    ['query jobs:list', 'pass'],
    ['query jobs:silent', 'inconclusive', 'expected an answer, saw none'],
    ['query jobs:nan', 'inconclusive', 'expected an answer, saw NaN', 'NaN'],
  ]);
});

test('a runner that cannot be started is an error, never a pass', async () => {
  const missing = await run({ critical_functions: ['a:b'], function_runner: ['belay-no-such-runner'] });
  expect(missing).toMatchObject([
    { status: 'error', summary: 'the runner cannot be started: belay-no-such-runner was not found' },
  ]);
  const standard = await run({ critical_queries: ['a:b'] });
  expect(standard).toMatchObject([
    { status: 'error', summary: 'the runner cannot be started: npx --no-install convex run' },
  ]);
});

const check = (name: string, behave: Check['run']): Check => ({ name, run: behave });

test('a check that throws, or does not end, is an error and does not stop the others', async () => {
  const results = await runChecks(
    [
      check('throws', () => Promise.reject(new Error('no idea'))),
      check('hangs', () => new Promise(() => {})),
      ...createChecks(
        [normalizeHealth({ commands: [{ name: 'good', run: 'true' }] }, null, () => ({ reveal: () => '' }))],
        folder,
      ),
    ],
    context(),
    { limitMs: 400 },
  );
  expect(results.map(({ check: name, status, summary }) => [name, status, summary.replace(/ in .*/, '')])).toEqual([
    ['throws', 'error', 'no idea'],
    ['hangs', 'error', 'gave no result within 400 ms'],
    ['good', 'pass', 'exit 0'],
  ]);
});

test('no more than the given number run at once', async () => {
  let running = 0;
  let most = 0;
  const slow = check('slow', async () => {
    most = Math.max(most, ++running);
    await new Promise((resolve) => setImmediate(resolve));
    running--;
    return { check: 'slow', status: 'pass', summary: '', findings: [], measurements: [] };
  });
  expect(
    await runChecks(
      Array.from({ length: 9 }, () => slow),
      context(),
      { atOnce: 3 },
    ),
  ).toHaveLength(9);
  expect(most).toBe(3);
});

test('equal names are told apart', () => {
  const specs = [normalizeHealth({ commands: [{ run: 'true' }, { run: 'true' }] }, null, () => ({ reveal: () => '' }))];
  expect(createChecks(specs, folder).map(({ name }) => name)).toEqual(['true', 'true (2)']);
});

test.each([
  [[], 'not-configured'],
  [['pass', 'not-configured'], 'pass'],
  [['pass', 'warn'], 'warn'],
  [['warn', 'inconclusive'], 'inconclusive'],
  [['inconclusive', 'error'], 'error'],
  [['error', 'fail', 'pass'], 'fail'],
] as const)('worst of %j is %s', (statuses, expected) => {
  expect(worst(statuses.map((status) => ({ status })))).toBe(expected);
});
