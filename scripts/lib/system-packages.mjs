// The programs that the tests run against, and the Debian packages that bring them.
import { existsSync, readdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { run } from './run.mjs';

const onPath = (name) => (process.env.PATH ?? '').split(delimiter).some((folder) => existsSync(join(folder, name)));

/** Debian keeps the server's programs out of the PATH. */
function hasPostgres() {
  const folder = '/usr/lib/postgresql';
  return existsSync(folder) && readdirSync(folder).some((version) => existsSync(join(folder, version, 'bin/initdb')));
}

const NEEDED = [
  { name: 'git', present: () => onPath('git') },
  { name: 'postgresql', present: hasPostgres },
  { name: 'strace', present: () => onPath('strace') },
  { name: 'procps', present: () => onPath('ps') },
  { name: 'haproxy', present: () => onPath('haproxy') || existsSync('/usr/sbin/haproxy') },
  { name: 'prometheus', present: () => onPath('prometheus') },
  { name: 'chromium', present: () => onPath('chromium') },
  // Chromium brings no font of its own, and without one nothing has a width.
  { name: 'fonts-dejavu-core', present: () => existsSync('/usr/share/fonts/truetype/dejavu') },
];

const missingPackages = () => NEEDED.filter((item) => !item.present()).map((item) => item.name);

/** Installs what is missing where it may (root on Debian). Resolves to the packages that are still missing. */
export async function preparePackages() {
  const missing = missingPackages();
  if (missing.length === 0 || process.getuid?.() !== 0 || !onPath('apt-get')) return missing;
  console.log(`Installing Debian packages for the tests: ${missing.join(', ')}`);
  // Runlevel 1: what is installed is started by the tests themselves, never as the machine's own service.
  const env = { DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' };
  await run(['apt-get', 'update'], { env });
  const { code, output } = await run(['apt-get', 'install', '-y', '--no-install-recommends', ...missing], { env });
  if (code !== 0) console.error(output.trimEnd());
  return missingPackages();
}
