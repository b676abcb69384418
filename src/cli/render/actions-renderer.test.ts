/** The log of GitHub Actions: groups that never overlap, whichever steps speak at once. */
import { expect, test } from 'vitest';
import type { JournalEvent } from '../../core/events.ts';
import type { Notice } from '../../core/runtime.ts';
import type { Cli } from '../cli.ts';
import { ActionsRenderer } from './actions-renderer.ts';

const output = (step: string, line: string): Notice => ({ type: 'output', deployment: 'd-1', step, line });
const done = (step: string): Notice => {
  const data = { step, receipt: { id: 'r-1' }, ms: 5 };
  return { type: 'event', event: { kind: 'step.done', deployment: 'd-1', data } as unknown as JournalEvent };
};

/** Lines without their time. */
function shown(...notices: readonly Notice[]): readonly string[] {
  const lines: string[] = [];
  const cli = { err: (text: string) => void lines.push(text), columns: 80, color: false, unicode: true };
  const renderer = new ActionsRenderer(cli as unknown as Cli);
  for (const notice of notices) renderer.notice(notice);
  renderer.end();
  return lines.map((line) =>
    line
      .replace(/^\d\d:\d\d:\d\d /, '')
      .replaceAll(/\s+/g, ' ')
      .trim(),
  );
}

test('what a step prints is folded under its name, its result stands below', () => {
  expect(shown(output('stage:web', 'one'), output('stage:web', '::error::two'), done('stage:web'))).toEqual([
    '::group::stage web',
    'one',
    '::error::two',
    '::endgroup::',
    '● stage web r-1 5 ms',
  ]);
});

test('no line of a command stands at the beginning of a line, where the runner would obey it', () => {
  const lines: string[] = [];
  const cli = { err: (text: string) => void lines.push(text), columns: 80, color: false, unicode: true };
  new ActionsRenderer(cli as unknown as Cli).notice(output('stage:web', '::set-output name=outcome::committed'));
  expect(lines.filter((line) => line.startsWith('::'))).toEqual(['::group::stage  web']);
});

test('two steps at once: one is shown as it speaks, the other when it has ended, nothing is lost', () => {
  const lines = shown(
    output('stage:web', 'web 1'),
    output('stage:api', 'api 1'),
    output('stage:web', 'web 2'),
    output('stage:api', 'api 2'),
    done('stage:api'),
    output('stage:web', 'web 3'),
    done('stage:web'),
  );
  expect(lines).toEqual([
    '::group::stage web',
    'web 1',
    'web 2',
    '::endgroup::',
    '::group::stage api',
    'api 1',
    'api 2',
    '::endgroup::',
    '● stage api r-1 5 ms',
    '::group::stage web',
    'web 3',
    '::endgroup::',
    '● stage web r-1 5 ms',
  ]);
});

test('what was kept of a step that never ended is shown at the end', () => {
  expect(shown(output('stage:web', 'web'), output('stage:api', 'api')).slice(-3)).toEqual([
    '::group::stage api',
    'api',
    '::endgroup::',
  ]);
});

test('a step that ends without a word makes room for the next', () => {
  const lines: string[] = [];
  const cli = { err: (text: string) => void lines.push(text), columns: 80, color: false, unicode: true };
  const renderer = new ActionsRenderer(cli as unknown as Cli);
  const leftOut = { kind: 'step.done', deployment: 'd-1', data: { step: 'stage:web', receipt: 'left out', ms: 5 } };
  renderer.notice(output('stage:web', 'web'));
  renderer.notice({ type: 'event', event: leftOut as unknown as JournalEvent });
  renderer.notice(output('stage:api', 'api'));
  expect(lines.filter((line) => line.startsWith('::'))).toEqual([
    '::group::stage  web',
    '::endgroup::',
    '::group::stage  api',
  ]);
});
