/** What this machine has: Node, git, disk, the programs of the start commands. */
import { statfs } from 'node:fs/promises';
import type { Config } from '../../config/config.ts';
import { localTargets } from '../../config/local-targets.ts';
import { haproxyVersion, postgresClients } from '../../project-doctor.ts';
import { formatBytes } from '../../util/bytes.ts';
import type { Exec } from '../../util/exec.ts';
import { fail, type Finding, look, notChecked, pass, warn } from './finding.ts';

const NEEDED_NODE = [20, 19] as const;
const TIGHT_BYTES = 1_000_000_000;
const FULL_BYTES = 100_000_000;

export function lookAtNode(version = process.versions.node): Finding {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const fine = major > NEEDED_NODE[0] || (major === NEEDED_NODE[0] && minor >= NEEDED_NODE[1]);
  return fine
    ? pass('node', version)
    : fail('node', `${version} is older than ${NEEDED_NODE.join('.')}`, 'install Node 20.19 or newer');
}

export async function lookAtGit(exec: Exec): Promise<Finding> {
  const result = await exec(['git', '--version'], { limitMs: 10_000 });
  if (result.ended === 'not-found') return fail('git', 'is not installed', 'apt-get install git');
  return pass('git', result.stdout.trim().replace('git version ', ''));
}

export async function lookAtDisk(folder: string): Promise<Finding> {
  const { bavail, bsize, files, ffree } = await statfs(folder);
  const free = bavail * bsize;
  const text = `${formatBytes(free)} free where the project is`;
  if (free < FULL_BYTES || (files > 0 && ffree < 1_000))
    return fail('disk', text, 'belay snapshot prune, or make room');
  return free < TIGHT_BYTES
    ? warn('disk', `${text}: one build may fill it`, 'belay snapshot prune')
    : pass('disk', text);
}

/** The first word of a command line, when it is a plain program name. */
function programOf(command: string): string | null {
  const word = command.trim().split(/\s+/)[0] ?? '';
  return /^[A-Za-z0-9][\w.+-]*$/.test(word) ? word : null;
}

/** Programs that install, build and start begin with; what a shell line does after that is not looked at. */
export async function lookAtPrograms(config: Config, exec: Exec): Promise<Finding> {
  const lines = localTargets(config).flatMap(({ target }) => [target.install, target.build, target.start]);
  const names = [...new Set(lines.flatMap((line) => (line ? (programOf(line) ?? []) : [])))];
  if (names.length === 0) return notChecked('programs', 'no target on this machine names any');
  const missing: string[] = [];
  for (const name of names) {
    const result = await exec(['sh', '-c', 'command -v -- "$1"', 'sh', name], { limitMs: 10_000 });
    if (result.code !== 0) missing.push(name);
  }
  if (missing.length > 0)
    return fail('programs', `not found in PATH: ${missing.join(', ')}`, `install ${missing.join(', ')}`);
  return pass('programs', names.join(', '));
}

/** Only where a target is configured to stand behind it. */
export async function lookAtHaproxy(config: Config): Promise<readonly Finding[]> {
  const routers = localTargets(config).map(({ target }) => target.router);
  const chosen = routers.find(({ kind }) => kind === 'haproxy');
  if (!chosen) return [];
  return look('haproxy', async () => pass('haproxy', await haproxyVersion(chosen.program)));
}

export async function lookAtPostgresClients(config: Config, exec: Exec): Promise<readonly Finding[]> {
  const dumped = localTargets(config).some(
    ({ target }) => target.data?.type === 'postgres' && target.data.method === 'dump',
  );
  if (!dumped) return [];
  return look('pg_dump', async () => {
    const versions = await postgresClients(exec);
    if (versions.length === 0)
      return fail('pg_dump', 'is not installed; snapshots of Postgres need it', 'apt-get install postgresql-client');
    return pass('pg_dump', `${versions.join(', ')}; it must not be older than the server`);
  });
}
