/** Two deployments have one digest exactly when Vercel would make the same of them. */
import { expect, test } from 'vitest';
import type { ManifestFile, Project } from './api-types.ts';
import { manifestDigest } from './manifest.ts';

const project: Project = { id: 'prj_1', name: 'shop', accountId: 'team_1', framework: 'nextjs' };
const file: ManifestFile = { file: 'index.html', sha: 'aa', size: 2, mode: 0o100644 };
const variable = { id: 'v1', key: 'GREETING', target: ['production'], updatedAt: 1 };
const digest = (changes: Partial<Project> = {}, files = [file], regions?: readonly string[]) =>
  manifestDigest({ how: 'files', ...(regions ? { regions } : {}) }, { ...project, ...changes }, files);

test('the same is the same, in whatever order its variables are told', () => {
  const other = { id: 'v2', key: 'OTHER', target: 'production', updatedAt: 2 };
  expect(digest({ env: [variable, other] })).toBe(digest({ env: [other, variable] }));
});

test.for([
  ['content', digest({}, [{ ...file, sha: 'bb' }])],
  ['the name of a file', digest({}, [{ ...file, file: 'index.htm' }])],
  ['whether a file may be run', digest({}, [{ ...file, mode: 0o100755 }])],
  ['a new variable', digest({ env: [variable] })],
  ['a build setting', digest({ nodeVersion: '22.x' })],
  ['regions', digest({}, [file], ['fra1'])],
  ['how it is built', manifestDigest({ how: 'prebuilt' }, project, [file])],
] as const)('%s counts', ([, changed]) => {
  expect(changed).not.toBe(digest());
});

test('a variable that is set anew counts, one of previews does not', () => {
  const before = digest({ env: [variable] });
  expect(digest({ env: [{ ...variable, updatedAt: 2 }] })).not.toBe(before);
  expect(digest({ env: [variable, { id: 'v3', key: 'X', target: ['preview'], updatedAt: 9 }] })).toBe(before);
});
