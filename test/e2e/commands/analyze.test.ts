/** `belay analyze` on recorded rollouts: the verdict, when it falls, and what is said about a trace that is not one. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  metaOf,
  traceCsv,
  traceNdjson,
  traceRows,
  type TraceRow,
  type TraceShape,
} from '../../support/canary-traces.ts';
import { createProject, type Ran, type TestProject, widest } from './project.ts';

const HALF: TraceShape = { seed: 1, seconds: 240, ratePerSecond: 50, steps: [[0, 0.5]], errors: 0.02 };
const SHAPES = {
  good: HALF,
  failing: { ...HALF, seed: 2, seconds: 120, ratio: 5, steps: [[0, 0.1]] },
  slow: { ...HALF, seed: 3, seconds: 120, slowShare: 0.08 },
  late: {
    ...HALF,
    seed: 4,
    seconds: 300,
    ratio: 5,
    onset: 200,
    steps: [
      [0, 0.1],
      [150, 0.3],
    ],
  },
  quiet: { ...HALF, seed: 5, seconds: 60, ratePerSecond: 4, steps: [[0, 0.1]] },
} satisfies Record<string, TraceShape>;
type Name = keyof typeof SHAPES;

interface Verdict {
  readonly trace: string;
  readonly verdict: string;
  readonly t: number;
  readonly blame: string | null;
  readonly because: string;
  readonly truncated: boolean;
  readonly evidence: { readonly log10: number };
  readonly counts: { readonly canary: { readonly requests: number } };
  readonly ratio: { readonly low: number; readonly high: number } | null;
  readonly void?: string;
}

let project: TestProject;
let folder: string;
const rows = new Map<Name, readonly TraceRow[]>();
const file = (name: string) => join(folder, name);
const write = (name: string, content: string | Buffer): string => {
  writeFileSync(file(name), content);
  return file(name);
};
const verdictsOf = (ran: Ran): Verdict[] => {
  expect(ran).toMatchObject({ code: 0 });
  return ran.stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Verdict);
};
async function judged(...args: readonly string[]): Promise<Verdict> {
  const [verdict, ...others] = verdictsOf(await project.belay('analyze', ...args, '--json'));
  expect(others).toEqual([]);
  if (!verdict) throw new Error('nothing was printed');
  return verdict;
}

beforeAll(() => {
  project = createProject({});
  folder = mkdtempSync(join(tmpdir(), 'belay-traces-'));
  for (const name of Object.keys(SHAPES) as Name[]) {
    rows.set(name, traceRows(SHAPES[name]));
    write(`${name}.csv`, traceCsv(rows.get(name) ?? []));
    write(`${name}.json`, JSON.stringify(metaOf(SHAPES[name])));
  }
  write(
    'meta.json',
    JSON.stringify({ 'failing.csv': metaOf(SHAPES.failing), good: metaOf(SHAPES.good), slow: metaOf(SHAPES.slow) }),
  );
});
afterAll(() => {
  project.dispose();
  rmSync(folder, { recursive: true, force: true });
});

test('a release that fails five times as often is taken back within seconds, and errors are blamed', async () => {
  const verdict = await judged(file('failing.csv'), '--meta', file('failing.json'));
  expect(Object.keys(verdict).slice(0, 4)).toEqual(['trace', 'verdict', 't', 'blame']);
  expect(verdict).toMatchObject({ trace: 'failing', verdict: 'rollback', blame: 'errors', truncated: false });
  expect(verdict.t).toBeLessThan(40);
  expect(verdict.evidence.log10).toBeGreaterThanOrEqual(2);
  expect(verdict.ratio?.high).toBeGreaterThan(5);
  expect(verdict.because).toMatch(
    /^errors [\d.]+x \([\d.]+ to [\d.]+\) the old release's after [\d,]+ requests; a false alarm this strong happens in less than 1 of [\d,]+ rollouts$/,
  );
});

test('a good release is promoted, and that is no failure', async () => {
  const verdict = await judged(file('good.csv'), '--meta', file('good.json'));
  expect(verdict).toMatchObject({ verdict: 'promote', blame: null });
  expect(verdict.t).toBeGreaterThan(0);
  expect(verdict.t).toBeLessThan(SHAPES.good.seconds);
});

test('a slow tail is blamed on latency, in shares above a bound from before the canary', async () => {
  const verdict = await judged(file('slow.csv'), '--meta', file('slow.json'));
  expect(verdict).toMatchObject({ verdict: 'rollback', blame: 'latency' });
  expect(verdict.because).toMatch(/% of its requests took longer than .*before\)/);
  expect(await judged(file('slow.csv'), '--meta', file('slow.json'), '--no-latency')).not.toMatchObject({
    verdict: 'rollback',
  });
});

test('what begins late is taken back after it began, across a change of share', async () => {
  const verdict = await judged(file('late.csv'), '--meta', file('late.json'));
  expect(verdict).toMatchObject({ verdict: 'rollback', blame: 'errors' });
  expect(verdict.t).toBeGreaterThan(200);
  expect(verdict.t).toBeLessThan(250);
});

test('too little traffic is never called a success: it says what could have been seen and what would settle it', async () => {
  const quiet = await judged(file('quiet.csv'), '--meta', file('quiet.json'));
  expect(quiet).toMatchObject({ verdict: 'inconclusive', blame: null, t: rows.get('quiet')?.at(-1)?.t });
  const { stdout } = await project.belay('analyze', file('quiet.csv'), '--meta', file('quiet.json'));
  expect(stdout).toMatch(/cannot tell/);
  expect(stdout).toMatch(/to settle about [\d,]+ requests/);
});

test('gzip, NDJSON and CSV of the same requests give the same verdict', async () => {
  const all = rows.get('failing') ?? [];
  write('a.csv.gz', gzipSync(traceCsv(all)));
  write('a.ndjson', traceNdjson(all));
  write('a.csv', traceCsv(all).replaceAll('\n', '\r\n'));
  const meta = ['--meta', file('failing.json')];
  const [zipped, objects, plain] = await Promise.all(
    ['a.csv.gz', 'a.ndjson', 'a.csv'].map((name) => judged(file(name), ...meta)),
  );
  expect(zipped).toEqual(plain);
  expect(objects).toEqual(plain);
});

test('several traces: a line each in the order given, described by name with or without extension', async () => {
  const traces = ['slow.csv', 'failing.csv', 'good.csv'].map(file);
  const verdicts = verdictsOf(await project.belay('analyze', ...traces, '--meta', file('meta.json'), '--json'));
  expect(verdicts.map(({ trace, verdict }) => `${trace} ${verdict}`)).toEqual([
    'slow rollback',
    'failing rollback',
    'good promote',
  ]);
});

test('a trace that was cut in the middle is analysed as far as it goes, and that is said', async () => {
  const whole = gzipSync(traceCsv(rows.get('failing') ?? []));
  const cut = write('cut.csv.gz', whole.subarray(0, Math.floor(whole.length * 0.8)));
  const zipped = await project.belay('analyze', cut, '--meta', file('failing.json'), '--json');
  expect(verdictsOf(zipped)).toMatchObject([{ verdict: 'rollback', truncated: true }]);
  expect(zipped.stderr).toContain('cut in the middle');
  const text = traceCsv(rows.get('good') ?? []);
  const half = await judged(write('half.csv', text.slice(0, text.lastIndexOf(',2'))), '--meta', file('good.json'));
  expect(half).toMatchObject({ truncated: true });
  expect(await judged(write('unended.csv', text.trimEnd()), '--meta', file('good.json'))).toMatchObject({
    truncated: false,
  });
});

test('a status of 0 or one that is no number is a failure, a lost answer has no latency', async () => {
  const text = traceCsv(rows.get('failing') ?? []);
  const { ratio } = await judged(file('failing.csv'), '--meta', file('failing.json'));
  for (const status of ['0', 'timeout', '']) {
    const name = write('lost.csv', text.replaceAll(',503,', `,${status},`));
    expect((await judged(name, '--meta', file('failing.json'))).ratio).toEqual(ratio);
  }
  const lost = write('lost.csv', text.replaceAll(/,503,.*/g, ',0,'));
  expect(await judged(lost, '--meta', file('failing.json'))).toMatchObject({ verdict: 'rollback' });
});

test('requests that are not split as meant make the comparison void, not a success', async () => {
  const meta = write('other.json', JSON.stringify({ ...metaOf(SHAPES.good), weight_steps: [[0, 0.05]] }));
  const verdict = await judged(file('good.csv'), '--meta', meta);
  expect(verdict).toMatchObject({ verdict: 'inconclusive' });
  expect(verdict.void).toMatch(/5 % was configured/);
  const without = await project.belay('analyze', file('good.csv'));
  expect(without.stdout).toMatch(/promote/);
  expect(without.stdout.replaceAll(/\s+/g, ' ')).toMatch(/without --meta: steps unknown, and not checked/);
});

const HEADER = 't,arm,status,latency_ms\n';
test.each([
  ['a column that is not known', 't,arm,code,latency_ms\n1,c,200,5\n', /line 1: unknown column code/],
  ['a column that is missing', 't,arm,status\n1,c,200\n', /line 1: column latency_ms is missing/],
  ['an arm that is not known', `${HEADER}1,c,200,5\n1,x,200,5\n`, /line 3: arm is x[\s\S]*c for the canary/],
  ['a negative latency', `${HEADER}1,c,200,-5\n`, /line 2: latency_ms is -5/],
  ['a latency that is no number', `${HEADER}1,c,200,NaN\n`, /line 2: latency_ms is NaN/],
  ['a time that is no number', `${HEADER}soon,c,200,5\n`, /line 2: t is soon/],
  ['time that goes back', `${HEADER}2,c,200,5\n1,b,200,5\n`, /line 3: t goes back from 2 to 1/],
  ['a field too many', `${HEADER}1,c,200,5,6\n`, /line 2: 5 fields/],
  ['no rows', HEADER, /holds no traffic to judge/],
  ['nothing but history', `${HEADER}-3,b,200,5\n`, /every row is from before the canary/],
  ['an empty file', '', /holds no traffic to judge/],
  ['NDJSON that is none', '{"t":1,"arm":"c","status":200,"latency_ms":5}\n{"t":\n', /line 2: not a JSON object/],
  ['a row that is wrong after the verdict', null, /line \d+: arm is q/],
])('%s is refused with its line and what is expected', async (_, text, said) => {
  const trace = write('bad.csv', text ?? `${traceCsv(rows.get('failing') ?? [])}120,q,200,5\n`);
  const ran = await project.belay('analyze', trace);
  expect(ran).toMatchObject({ code: 2, stdout: '' });
  expect(ran.stderr).toMatch(said);
  expect(ran.stderr).toMatch(/ next {2}/);
});

test.each([
  ['a share above 1', { weight_steps: [[0, 1.5]] }, /a share is at most 1/],
  ['a share of 0', { weight_steps: [[0, 0]] }, /a share lies above 0/],
  ['no steps', { weight_steps: [] }, /at least one step/],
  [
    'steps that go back',
    {
      weight_steps: [
        [10, 0.1],
        [5, 0.2],
      ],
    },
    /times must ascend/,
  ],
  ['another trace', { other: { weight_steps: [[0, 0.5]] } }, /it says nothing about good/],
  ['a duration that is none', { weight_steps: [[0, 0.5]], duration_s: -1 }, /duration_s/],
  ['a list', [1], /not an object/],
])('META with %s does not fit', async (_, meta, said) => {
  const ran = await project.belay('analyze', file('good.csv'), '--meta', write('wrong.json', JSON.stringify(meta)));
  expect(ran).toMatchObject({ code: 2, stdout: '' });
  expect(ran.stderr).toMatch(said);
});

test('files that are not there, and options that contradict each other', async () => {
  expect(await project.belay('analyze', file('nowhere.csv'))).toMatchObject({ code: 2 });
  expect(await project.belay('analyze', file('good.csv'), '--meta', file('nowhere.json'))).toMatchObject({ code: 2 });
  expect(await project.belay('analyze', file('good.csv'), '--tolerance', '3')).toMatchObject({ code: 2 });
  expect(await project.belay('analyze', file('good.csv'), '--alpha', '2')).toMatchObject({ code: 2 });
  expect(await project.belay('analyze')).toMatchObject({ code: 2 });
});

test('--explain shows the evidence over time, within 80 columns', async () => {
  const { stdout } = await project.belay('analyze', file('late.csv'), '--meta', file('late.json'), '--explain');
  expect(stdout).toMatch(/time +share +new +failed +old +failed +errors new\/old +evidence/);
  expect(stdout).toMatch(/^ +2:30 +30 % /m);
  expect(stdout).toMatch(/Rolled back when the evidence reaches 100/);
  expect(widest(stdout)).toBeLessThanOrEqual(80);
});

test('tolerance and grace forgive what they are for', async () => {
  const args = [file('failing.csv'), '--meta', file('failing.json')];
  expect(await judged(...args, '--tolerance', '6', '--promote-below', '12')).not.toMatchObject({ verdict: 'rollback' });
  const strict = await judged(...args);
  const forgiving = await judged(...args, '--grace', '60s');
  expect(forgiving.verdict).toBe('rollback');
  expect(strict.t).toBeLessThan(60);
  expect(forgiving.t).toBeGreaterThan(60);
});

test('the judges of other tools, with a warning', async () => {
  const ran = await project.belay('analyze', file('good.csv'), '--judge', 'threshold', '--json');
  expect(verdictsOf(ran)).toMatchObject([{ verdict: 'rollback', t: 120, blame: 'errors', judge: 'threshold' }]);
  expect(ran.stderr).toContain('no bound on how many good releases they take back');
  expect(await judged(file('good.csv'), '--judge', 'mann-whitney')).toMatchObject({ verdict: 'inconclusive' });
});
