import { expect, test } from 'vitest';
import type { Json, ValidatorJson } from '../../schema/convex/validator.ts';
import { anonymised } from './document.ts';
import { createPseudonyms } from './pseudonyms.ts';
import { createRules } from './rules.ts';

const pseudonyms = await createPseudonyms(Buffer.from('one key'));
const ANY: ValidatorJson = { type: 'any' };

function run(document: Record<string, Json>, type = ANY, rules: Record<string, string> = {}, keep: string[] = []) {
  const unsure: string[] = [];
  const to = {
    table: 'users',
    ruleOf: createRules(rules, keep),
    pseudonyms,
    unsure: (path: string, kind: string) => void unsure.push(`${path}: ${kind}`),
  };
  return { out: anonymised(to, document, type) as Record<string, Json>, unsure };
}

test.each([
  ['email', 'mia@true.example'],
  ['contact', 'mia@true.example'],
  ['shippingAddress', 'Main Street 1'],
  ['lastName', 'Lovelace'],
  ['mobilePhone', '+44 20 7946 0000'],
  ['lastSeenFrom', '192.0.2.7'],
  ['from', '2001:db8::7'],
  ['apiKey', 'short but secret'],
  ['passwordHash', '$2b$10$abcdefghijklmnopqrstuv'],
  ['external', 'cus_N4fZ8k2mQ9x7T1vB3'],
  ['external', '4f9d2c1e-aaaa-4bbb-8ccc-1234567890ab'],
  ['homepage', 'https://mia.example/about'],
  ['tokenIdentifier', 'https://clerk.example|user_2abc'],
])('%s: %s becomes another', (field, value) => {
  const { out, unsure } = run({ [field]: value });
  expect(unsure).toEqual([]);
  expect(out[field]).not.toBe(value);
  expect(JSON.stringify(out)).not.toContain(value);
  expect(run({ [field]: value }).out, 'the same again').toEqual(out);
});

test('two people stay two, and the key decides', async () => {
  const emails = Array.from({ length: 2_000 }, (_, at) => pseudonyms.text('email', `user${at}@true.example`));
  expect(new Set(emails).size).toBe(2_000);
  const other = await createPseudonyms(Buffer.from('another key'));
  expect(other.text('email', 'user0@true.example')).not.toBe(emails[0]);
  expect(pseudonyms.text('email', 'User0@True.Example '), 'written otherwise, the same person').toBe(emails[0]);
});

test.each([
  ['bio', 'Met Charles in 1833', 'bio: text'],
  ['birthday', '1815-12-10', 'birthday: text'],
  ['age', 36, 'age: number'],
  ['latitude', 51.5, 'latitude: number'],
  ['face', { $bytes: 'AAAA' }, 'face: bytes'],
  ['notes', ['a', 'b'], 'notes: text'],
] as [string, Json, string][])('%s: nobody can tell', (field, value, told) => {
  expect(new Set(run({ [field]: value }).unsure)).toEqual(new Set([told]));
});

test('what names nobody stays: system fields, ids, choices, moments, counts', () => {
  const type: ValidatorJson = {
    type: 'object',
    value: {
      status: {
        optional: false,
        fieldType: { type: 'union', value: [{ type: 'literal', value: 'open' }, { type: 'null' }] },
      },
      owner: { optional: true, fieldType: { type: 'id', tableName: 'users' } },
      followers: { optional: false, fieldType: { type: 'array', value: { type: 'id', tableName: 'users' } } },
    },
  };
  const document = {
    _id: 'k57abc',
    _creationTime: 1.5,
    status: 'open',
    owner: 'k57def',
    followers: ['k57def'],
    createdAt: '2026-01-02T03:04:05Z',
    votes: 3,
    big: { $integer: 'AQAAAAAAAAA=' },
    done: true,
    none: null,
  };
  expect(run(document, type)).toEqual({ out: document, unsure: [] });
  expect(run({ status: 'closed' }, type).unsure, 'no choice of the validator').toEqual(['status: text']);
});

test('keys of a record are data as well', () => {
  const keys: ValidatorJson = { type: 'string' };
  const value = { optional: false, fieldType: { type: 'boolean' } } as const;
  const type: ValidatorJson = {
    type: 'object',
    value: { flags: { optional: false, fieldType: { type: 'record', keys, values: value } } },
  };
  expect(run({ flags: { 'Charles B': true } }, type).unsure).toEqual(['flags{}: keys']);
  const { out } = run({ flags: { 'mia@true.example': true } }, type);
  expect(Object.keys(out['flags'] as object)[0]).toMatch(/@example\.com$/);
});

test('rules and kept fields have the last word, the nearest first', () => {
  const document = {
    bio: 'Met Charles',
    profile: { bio: 'x y', nick: 'Ada' },
    email: 'a@b.example',
    secretNote: 's',
    age: 40,
  };
  const rules = {
    'users.bio': 'text',
    profile: 'keep',
    'users.profile.nick': 'token',
    '*.secretNote': 'remove',
    'users.age': 'number',
  };
  const { out, unsure } = run(document, ANY, rules, ['email']);
  expect(unsure).toEqual([]);
  expect(out).toMatchObject({ profile: { bio: 'x y' }, email: 'a@b.example' });
  expect(out['bio']).not.toContain('Charles');
  expect((out['profile'] as Record<string, Json>)['nick']).not.toBe('Ada');
  expect(out).not.toHaveProperty('secretNote');
  expect(out['age']).not.toBe(40);
});

test('a rule that there is none of is refused with what there is', () => {
  expect(() => createRules({ 'users.bio': 'shred' }, [])).toThrow(expect.objectContaining({ code: 'USAGE' }));
  expect(() => createRules(['users.bio'], [])).toThrow(expect.objectContaining({ code: 'USAGE' }));
});
