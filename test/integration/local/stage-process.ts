/** Stages in a process of its own, for tests that kill it. Argument: JSON with home, repository, commit, build. */
import { createLocalTarget } from '../../../src/targets/local/local.ts';
import { LOCAL_DEFAULTS } from '../../../src/targets/local/options.ts';
import { createExec } from '../../../src/util/exec.ts';

interface Input {
  readonly home: string;
  readonly repository: string;
  readonly commit: string;
  readonly build: string;
}

const { home, repository, commit, build } = JSON.parse(process.argv[2] ?? '{}') as Input;
const base = { PATH: process.env.PATH ?? '' };
const exec = createExec(base);
const target = createLocalTarget({
  name: 'web',
  app: 'shop',
  environment: 'test',
  home,
  base,
  exec,
  daemon: () => Promise.reject(new Error('staging needs no daemon')),
  options: { ...LOCAL_DEFAULTS, minFreeBytes: 0, source: { repository }, build, start: 'true', port: 0 },
});
await target.stage({
  deployment: 'one',
  fence: { environment: 'test', token: 1, nonce: 'nonce' },
  source: { commit },
  signal: new AbortController().signal,
  exec,
  say: () => undefined,
});
