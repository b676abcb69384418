/** Where the daemon of a home listens: a short path (the kernel allows 107 bytes) in a folder that only its owner may enter. */
import { createHash } from 'node:crypto';
import { lstatSync, mkdirSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { userInfo } from 'node:os';
import { Problem } from '../core/errors.ts';

/**
 * Not under XDG_RUNTIME_DIR: it is emptied when its user logs out, and the daemon lives on.
 * The same home gives the same path whichever way it is written, also before it exists.
 */
export function daemonAddress(home: string, base = '/tmp'): string {
  const hash = createHash('sha256').update(realHome(home)).digest('hex').slice(0, 20);
  return join(base, `belay-${userInfo().uid}`, `${hash}.sock`);
}

function realHome(home: string): string {
  mkdirSync(home, { recursive: true, mode: 0o700 });
  return realpathSync(home);
}

/**
 * Makes the folder of the socket, or refuses one that somebody else made or may enter.
 * @throws Problem TARGET_FAILED
 */
export function secureSocketFolder(address: string): void {
  const folder = dirname(address);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const found = lstatSync(folder);
  const owner = userInfo().uid;
  if (found.isDirectory() && found.uid === owner && (found.mode & 0o077) === 0) return;
  const mode = (found.mode & 0o777).toString(8);
  throw new Problem('TARGET_FAILED', `The folder ${folder} is not safe for the daemon's socket`, {
    why: `It must be a folder of user ${owner} with mode 700; it belongs to user ${found.uid} and has mode ${mode}.`,
    next: `ls -ld ${folder}`,
    retry: 'after-change',
  });
}
