/** The HAProxy program of this machine: where it is, whether it is new enough, what it says about a configuration. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { Problem } from '../../core/errors.ts';

export interface HaproxyProgram {
  /** @throws Problem TOOL_MISSING */
  path(): Promise<string>;
  /** @throws Problem TARGET_FAILED with what HAProxy objects to, TOOL_MISSING */
  check(...configs: readonly string[]): Promise<void>;
}

const run = promisify(execFile);
/** Debian keeps it where PATH of ordinary users does not lead. */
const PLACES = ['haproxy', '/usr/sbin/haproxy', '/usr/local/sbin/haproxy'];
const OLDEST = [2, 6] as const;
const LIMIT_MS = 20_000;

function isOldEnough(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major > OLDEST[0] || (major === OLDEST[0] && minor >= OLDEST[1]);
}

async function look(path: string): Promise<string | null> {
  try {
    const { stdout } = await run(path, ['-vv'], { timeout: LIMIT_MS });
    const version = /version (\d+\.\d+\S*)/.exec(stdout)?.[1] ?? '0';
    if (!isOldEnough(version)) throw unusable(`${path} is version ${version}; ${OLDEST.join('.')} is needed.`);
    if (!stdout.includes('USE_LUA=1') && !stdout.includes('+LUA')) throw unusable(`${path} was built without Lua.`);
    return version;
  } catch (error) {
    if (error instanceof Problem) throw error;
    return null;
  }
}

/** Its path and version. @throws Problem TOOL_MISSING */
export async function findHaproxy(program?: string): Promise<{ readonly path: string; readonly version: string }> {
  for (const path of program === undefined ? PLACES : [program]) {
    const version = await look(path);
    if (version !== null) return { path, version };
  }
  throw unusable(program === undefined ? 'It is not installed.' : `${program} cannot be run.`);
}

function unusable(why: string): Problem {
  return new Problem('TOOL_MISSING', 'HAProxy cannot be used', {
    why,
    next: 'apt-get install haproxy',
    retry: 'after-change',
  });
}

export function createHaproxyProgram(program?: string): HaproxyProgram {
  let found: ReturnType<typeof findHaproxy> | undefined;
  const path = async () => (await (found ??= findHaproxy(program).catch(forget))).path;
  const forget = (error: unknown): never => {
    // Somebody may install it and try again.
    found = undefined;
    throw error;
  };
  return {
    path,
    async check(...configs) {
      const argv = ['-c', ...configs.flatMap((config) => ['-f', config])];
      await run(await path(), argv, { timeout: LIMIT_MS }).catch((error: { stderr?: string; killed?: boolean }) => {
        const alerts = (error.stderr ?? '').split('\n').filter((line) => line.includes('[ALERT]'));
        throw new Problem('TARGET_FAILED', `HAProxy ${error.killed ? 'did not check' : 'refuses'} its configuration`, {
          why: alerts[0] ?? (error.killed ? `It did not answer within ${LIMIT_MS / 1_000} s.` : 'It does not say why.'),
          details: alerts,
          next: `haproxy -c ${configs.map((config) => `-f ${config}`).join(' ')}`,
          cause: error,
        });
      });
    },
  };
}
