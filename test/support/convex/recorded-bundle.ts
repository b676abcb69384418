/**
 * The vendor's command line bundles for seconds; these suites stage dozens of times. It is asked once, for real, and a
 * program in its place writes the same push request with the texts that differ from version to version.
 */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeFiles } from '../../fixtures/apps/app-repository.ts';
import { BASELINE_WASM } from './baseline-wasm.ts';
import { app, MODULES } from './shop-app.ts';

const PROGRAM = `
const { readFileSync, writeFileSync } = require('node:fs');
const version = /=> '(.*)' \\}/.exec(readFileSync('convex/shop.ts', 'utf8'))[1];
const fields = /\\(build\\) => \\(\\{ (.*) \\}\\);/.exec(readFileSync('convex/schema.ts', 'utf8'))[1];
console.log('bundling', version);
const recorded = readFileSync(__dirname + '/../push.json', 'utf8');
const request = recorded
  .replaceAll('RECORDED', version)
  .replace(/FIELDS: (\\w+)\\.any\\(\\)/, (_, build) => fields.replaceAll('build.', build + '.'));
writeFileSync(process.argv[process.argv.indexOf('--write-push-request') + 1] + '.json', request);
`;

export interface RecordedBundle {
  /** Install command that puts the stand-in where the vendor's package is looked for. */
  readonly install: string;
  remove(): void;
}

export function recordBundle(): RecordedBundle {
  const root = mkdtempSync(join(tmpdir(), 'belay-bundle-'));
  const standIn = join(root, 'convex');
  writeFiles(standIn, { 'bin/main.js': PROGRAM, 'push.json': readFileSync(recorded(root), 'utf8') });
  return {
    install: `mkdir node_modules && ln -s ${standIn} node_modules/convex`,
    remove: () => rmSync(root, { recursive: true, force: true }),
  };
}

/** Kept from test to test, for as long as the same is bundled by the same version. */
function recorded(root: string): string {
  const files = app('RECORDED', 'FIELDS: build.any()');
  const { version } = JSON.parse(readFileSync(join(MODULES, 'convex/package.json'), 'utf8')) as { version: string };
  const key = createHash('sha256')
    .update(JSON.stringify([version, files]))
    .digest('hex')
    .slice(0, 16);
  const cache = join(MODULES, '.cache');
  const kept = join(cache, `belay-convex-push-${key}.json`);
  if (existsSync(kept)) return kept;
  const project = join(root, 'app');
  mkdirSync(project);
  writeFiles(project, files);
  symlinkSync(MODULES, join(project, 'node_modules'));
  const flags = ['--write-push-request', join(root, 'push'), '--push-all-modules', '--typecheck', 'disable'];
  const nobody = { CONVEX_SELF_HOSTED_URL: 'http://127.0.0.1:1', CONVEX_SELF_HOSTED_ADMIN_KEY: 'nobody|00', CI: '1' };
  const options = {
    cwd: project,
    stdio: 'pipe',
    env: { PATH: process.env['PATH'], HOME: root, ...BASELINE_WASM, ...nobody },
  } as const;
  execFileSync('node', [join(MODULES, 'convex/bin/main.js'), 'deploy', ...flags], options);
  mkdirSync(cache, { recursive: true });
  const side = join(cache, `belay-convex-push-${key}.${process.pid}.new`);
  writeFiles(cache, { [`belay-convex-push-${key}.${process.pid}.new`]: readFileSync(join(root, 'push.json'), 'utf8') });
  renameSync(side, kept);
  return kept;
}
