import { v } from 'convex/values';
import { expect, test } from 'vitest';
import { diffFunctions } from './index.ts';

interface Part {
  readonly identifier?: string;
  readonly functionType?: string;
  readonly visibility?: string;
  readonly args?: unknown;
  readonly returns?: unknown;
}

const json = (validator: object): unknown => (validator as { json: unknown }).json;
const spec = (...parts: Part[]): unknown => ({
  url: 'https://x.convex.cloud',
  functions: parts.map(
    ({ identifier = 'messages.js:send', functionType = 'Mutation', visibility = 'public', ...types }) => ({
      identifier,
      functionType,
      visibility: { kind: visibility },
      ...types,
    }),
  ),
});
const outcome = (old: Part, next: Part) => {
  const diff = diffFunctions(spec(old), spec(next));
  return [diff.oldCallersWork, diff.newCallersSurviveRollback, ...diff.findings.map(({ rule }) => rule)];
};

const text = json(v.object({ text: v.string() }));
const textAndTag = json(v.object({ text: v.string(), tag: v.optional(v.string()) }));
const status = (...members: string[]) =>
  json(v.object({ status: v.union(...members.map((member) => v.literal(member))) }));

test('arguments have to take the calls of old clients, results have to be what they expect', () => {
  expect(outcome({ args: text }, { args: text })).toEqual([true, true]);
  expect(outcome({ args: text }, { args: textAndTag })).toEqual([true, false, 'args-refuse-new-calls-after-rollback']);
  expect(outcome({ args: textAndTag }, { args: text })).toEqual([false, true, 'args-refuse-old-calls']);
  expect(outcome({ returns: status('a') }, { returns: status('a', 'b') })).toEqual([
    false,
    true,
    'returns-surprise-old-callers',
  ]);
  expect(outcome({ returns: status('a', 'b') }, { returns: status('a') })).toEqual([
    true,
    false,
    'returns-surprise-new-callers-after-rollback',
  ]);
  // A result with a field more is read by who ignores it.
  expect(outcome({ returns: text }, { returns: textAndTag })).toEqual([true, true]);
});

test('a call that would be refused is shown', () => {
  const [finding] = diffFunctions(spec({ args: textAndTag }), spec({ args: text })).findings;
  expect(finding).toMatchObject({ function: 'messages:send', path: 'tag', sample: { text: 'text', tag: 'text' } });
  expect(finding?.why).toBe('arguments of messages:send may hold tag, which the new schema does not list');
});

test('functions that go, change kind or turn internal break who still calls them', () => {
  expect(outcome({ args: text }, { functionType: 'Action', args: text })).toEqual([
    false,
    false,
    'function-kind-changed',
  ]);
  expect(outcome({}, { visibility: 'internal' })).toEqual([false, true, 'function-became-internal']);
  expect(outcome({ visibility: 'internal' }, {})).toEqual([true, false, 'function-became-public']);
  const renamed = diffFunctions(spec({ args: text }), spec({ identifier: 'messages.js:post', args: text }));
  expect(renamed.findings.map(({ rule }) => rule)).toEqual([
    'function-added',
    'function-removed',
    'function-looks-renamed',
  ]);
  expect(renamed.functions['messages:send']).toMatchObject({ change: 'removed', oldCallersWork: false });
  const job = diffFunctions(spec({ visibility: 'internal' }), spec());
  expect(job.findings[0]?.why).toContain('scheduled jobs');
});

test('an HTTP action is known by its method and path', () => {
  const http = { functions: [{ functionType: 'HttpAction', method: 'POST', path: '/hook' }] };
  expect(diffFunctions(http, spec()).findings[0]).toMatchObject({ function: 'POST /hook', rule: 'function-removed' });
});

test('a validator of an unknown kind never passes', () => {
  const diff = diffFunctions(spec({ args: { type: 'decimal' } }), spec({ args: { type: 'decimal' } }));
  expect(diff).toMatchObject({ oldCallersWork: false, newCallersSurviveRollback: false });
  expect(diff.functions['messages:send']).toMatchObject({ unknown: true });
  expect(diff.findings[0]?.rule).toBe('not-understood');
});
