/** What GitHub Actions is handed: no text can break out of its place, no file grows too large, and none decides over the outcome. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readEnvironment } from '../../config/environment.ts';
import type { JournalEvent } from '../../core/events.ts';
import type { Cli } from '../cli.ts';
import { type Outputs, reportToGitHub } from './github.ts';
import type { Ending } from './outcome.ts';

const OUTPUTS: Outputs = {
  deployment: 'd-1',
  release: 'r-1',
  outcome: 'committed',
  url: '',
  live: 'r-1',
  'rollback-class': '',
};
const ENDING: Ending = { outcome: 'committed', what: 'd-1', live: 'r-1', next: 'belay status' };
const STORY = { events: [], repository: null, url: null, undelivered: null };

let folder: string;
let lines: string[];
const file = (name: string) => join(folder, name);
const read = (name: string) => readFileSync(file(name), 'utf8');
const cliWith = (variables: Readonly<Record<string, string>>): Cli =>
  ({ env: readEnvironment(variables), err: (text: string) => void lines.push(text) }) as unknown as Cli;
const here = () =>
  cliWith({ GITHUB_ACTIONS: 'true', GITHUB_STEP_SUMMARY: file('summary'), GITHUB_OUTPUT: file('output') });

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'belay-github-'));
  lines = [];
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function finding(text: string): JournalEvent {
  const data = { check: 'schema', status: 'fail', summary: text, findings: [text] };
  return { kind: 'gate.checked', deployment: 'd-1', data } as unknown as JournalEvent;
}

test('an output ends at its own delimiter, which no value can know', () => {
  reportToGitHub(here(), ENDING, STORY, { ...OUTPUTS, url: 'x\nEOF\noutcome=stuck' });
  const [, delimiter] = /^url<<(\S+)$/m.exec(read('output')) ?? [];
  expect(read('output')).toContain(`url<<${delimiter}\nx\nEOF\noutcome=stuck\n${delimiter}\n`);
  const delimiters = [...read('output').matchAll(/<<(\S+)$/gm)].map(([, one]) => one);
  expect(new Set(delimiters).size).toBe(Object.keys(OUTPUTS).length);
});

test('a finding is text: no markup, no link, no end of its cell', () => {
  const hostile = '<img src=x> | [a](javascript:1) `x` @everyone #1\n# title';
  reportToGitHub(
    here(),
    { ...ENDING, reason: hostile },
    { ...STORY, events: [finding(hostile)], url: 'javascript:1' },
    OUTPUTS,
  );
  const summary = read('summary');
  expect(summary).toContain('#### Findings');
  expect(summary).not.toMatch(/<img|\]\(|href=|`x`|^# title|@everyone/m);
  const cells = summary.split('\n').filter((line) => line.includes('schema') && line.includes('fail'));
  expect(cells).toHaveLength(1);
  expect(cells[0]?.split('|')).toHaveLength(5);
});

test('a summary that would be dropped for its size is shortened; what stands there already counts', () => {
  const events = Array.from({ length: 150 }, (_, at) => finding(`${at} ${'x'.repeat(4_000)}`));
  reportToGitHub(here(), ENDING, { ...STORY, events }, OUTPUTS);
  expect(read('summary')).toContain('committed: d-1');
  expect(read('summary').length).toBeLessThan(10_000);
  writeFileSync(file('summary'), 'x'.repeat(1024 * 1024 - 10));
  reportToGitHub(here(), ENDING, STORY, OUTPUTS);
  expect(read('summary')).toHaveLength(1024 * 1024 - 10);
});

test('an annotation is one line, whatever it says; a file that cannot be written is a warning', () => {
  const cli = cliWith({ GITHUB_ACTIONS: 'true', GITHUB_STEP_SUMMARY: folder, GITHUB_OUTPUT: join(folder, 'no/where') });
  reportToGitHub(cli, { ...ENDING, outcome: 'stuck', reason: '50 %\n::error::mine' }, STORY, OUTPUTS);
  expect(lines.map((line) => line.split('::')[1])).toEqual([
    'warning title=belay%3A not written',
    'warning title=belay%3A not written',
    'error title=belay%3A needs you',
  ]);
  expect(lines.at(-1)).toContain('50 %25%0A::error::mine%0ALive: r-1%0ANext: belay status');
});

test('outside of Actions nothing is written', () => {
  reportToGitHub(cliWith({ GITHUB_OUTPUT: file('output') }), { ...ENDING, outcome: 'stuck' }, STORY, OUTPUTS);
  expect(lines).toEqual([]);
  expect(() => read('output')).toThrow('ENOENT');
});
