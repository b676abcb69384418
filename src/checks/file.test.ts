import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Problem } from '../core/errors.ts';
import { readHealthFile } from './file.ts';
import { normalizeHealth } from './normalize.ts';
import { healthJsonSchema } from './schema-json.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'belay-health-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function write(name: string, text: string): string {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
}

async function details(name: string, text: string): Promise<readonly string[]> {
  const thrown: unknown = await readHealthFile(write(name, text), name).catch((error: unknown) => error);
  if (thrown instanceof Problem) return thrown.details;
  throw new Error('expected a Problem', { cause: thrown });
}

test.each([
  ['health.yml', 'critical_functions: [generationJobs:getRecentJobs]\ncritical_queries: [system:getSchemaVersion]\n'],
  [
    'health.json',
    '{\n\t"critical_functions": ["generationJobs:getRecentJobs"],\n\t"critical_queries": ["system:getSchemaVersion"]\n}\n',
  ],
])('%s as teams write it', async (name, text) => {
  const written = await readHealthFile(write(name, text));
  expect(normalizeHealth(written, null, () => ({ reveal: () => '' }))).toMatchObject({
    criticalFunctions: ['generationJobs:getRecentJobs'],
    criticalQueries: ['system:getSchemaVersion'],
    functionRunner: ['npx', '--no-install', 'convex', 'run'],
    ownRunner: false,
    http: [],
    commands: [],
  });
});

test.each([
  [
    'unknown key',
    'health.yml',
    'critical_functions: []\ncritical_querys: [a:b]\n',
    ['health.yml:2  critical_querys: unknown key; did you mean "critical_queries"?'],
  ],
  [
    'unknown key in JSON',
    'health.json',
    '{\n  "htp": []\n}',
    ['health.json:2  htp: unknown key; did you mean "http"?'],
  ],
  [
    'an option instead of a function',
    'health.yml',
    'critical_functions:\n  - a:b\n  - --prod\n',
    ['health.yml:3  critical_functions[1]: is not the name of a function, such as "generationJobs:getRecentJobs"'],
  ],
  [
    'text instead of a list',
    'health.yml',
    'critical_functions: a:b\n',
    ['health.yml:1  critical_functions: expected a list; found "a:b"'],
  ],
  [
    'a deep key',
    'health.yml',
    'http:\n  - path: /\n    expect:\n      statuss: 200\n',
    ['health.yml:4  http[0].expect.statuss: unknown key; did you mean "status"?'],
  ],
  [
    'a wrong status',
    'health.yml',
    'http:\n  - expect: { status: 2000 }\n',
    ['health.yml:2  http[0].expect.status: must be at most 599; found 2000'],
  ],
  [
    'url and path',
    'health.yml',
    'http:\n  - { url: "https://a.example", path: /x }\n',
    ['health.yml:2  http[0].url: is not needed beside "target" and "path"'],
  ],
  [
    'a bad expression',
    'health.yml',
    'http:\n  - expect: { matches: "(" }\n',
    ['health.yml:2  http[0].expect.matches: is not a regular expression'],
  ],
  [
    'broken',
    'health.json',
    '{\n  "http": [\n',
    [
      'health.json:3  Flow sequence in block collection must be sufficiently indented and end with a ]',
      'health.json:3  Flow map must end with a }',
    ],
  ],
])('%s', async (_what, name, text, expected) => {
  expect(await details(name, text)).toEqual(expected);
});

test('an empty file checks nothing', async () => {
  expect(await readHealthFile(write('empty.yml', '# later\n'))).toEqual({});
});

test('the JSON Schema knows the keys', () => {
  expect(healthJsonSchema()).toMatchObject({
    additionalProperties: false,
    properties: { critical_functions: { type: 'array' }, http: {}, commands: {} },
  });
});
