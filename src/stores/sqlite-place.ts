/** Where a SQLite store may lie: not on a network file system, not in CI, not behind a mode that others can read. */
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, readSync, realpathSync, statfsSync } from 'node:fs';
import { dirname } from 'node:path';
import { Problem } from '../core/errors.ts';

/** `f_type` of Linux's statfs, for file systems whose locks do not hold between machines. */
const NETWORK_MAGIC: ReadonlyMap<number, string> = new Map([
  [0x6969, 'nfs'],
  [0x517b, 'smb'],
  [0xff534d42, 'cifs'],
  [0xfe534d42, 'smb2'],
  [0x01021997, '9p'],
  [0x5346414f, 'afs'],
  [0x00c36400, 'ceph'],
  [0x0bd00bd0, 'lustre'],
  [0x47504653, 'gpfs'],
  [0x786f4256, 'vboxsf'],
]);
const FUSE_MAGIC = 0x65735546;
/** FUSE mounts that are not local say so in their type; the magic number alone does not tell. */
const NETWORK_FUSE = /^fuse\.(sshfs|s3fs|rclone|gcsfuse|glusterfs|goofys|davfs|curlftpfs|cephfs|blobfuse2?)$/;

/** Type of the mount that holds `path`, by Linux's `/proc/mounts`. */
function mountType(path: string, mounts: string): string {
  let best = { point: '', type: '' };
  for (const line of mounts.split('\n')) {
    const [, rawPoint, type] = line.split(' ');
    if (rawPoint === undefined || type === undefined) continue;
    const point = rawPoint.replaceAll('\\040', ' ');
    const inside = point === '/' || path === point || path.startsWith(`${point}/`);
    if (inside && point.length >= best.point.length) best = { point, type };
  }
  return best.type;
}

/** The name of the network file system that a folder lies on; null when it is local. */
export function networkFileSystem(folder: string, magic: number, mounts: string): string | null {
  const known = NETWORK_MAGIC.get(magic >>> 0);
  if (known !== undefined) return known;
  if (magic >>> 0 !== FUSE_MAGIC) return null;
  const type = mountType(folder, mounts);
  return NETWORK_FUSE.test(type) ? type : null;
}

function refuseNetwork(folder: string, path: string): void {
  // Elsewhere the numbers mean something else, and there is no /proc/mounts to ask.
  if (process.platform !== 'linux') return;
  const kind = networkFileSystem(realpathSync(folder), statfsSync(folder).type, readFileSync('/proc/mounts', 'utf8'));
  if (kind === null) return;
  throw new Problem('STORE_REFUSED', `The store ${path} lies on a network file system (${kind})`, {
    why: 'file locks do not hold there, so two deployments could run at once',
    next: 'put the store on a local disk, or use a Postgres store',
    retry: 'after-change',
  });
}

/** True when the header of the file says WAL, without asking SQLite, which would start to use it. */
export function isWalFile(path: string): boolean {
  const header = Buffer.alloc(20);
  const handle = openSync(path, 'r');
  try {
    return readSync(handle, header, 0, 20, 0) === 20 && (header[18] === 2 || header[19] === 2);
  } finally {
    closeSync(handle);
  }
}

export interface Place {
  readonly ci: boolean;
  readonly allowInCi: boolean;
}

/**
 * Makes the folder (0700) and an empty file (0600) where there is none.
 * @throws Problem STORE_REFUSED
 */
export function preparePlace(path: string, place: Place): void {
  if (place.ci && !place.allowInCi) {
    throw new Problem('STORE_REFUSED', `The store ${path} would be lost when this CI job ends, and its lock with it`, {
      next: 'configure a Postgres store, or allow the local one where the disk stays',
      retry: 'after-change',
    });
  }
  const folder = dirname(path);
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    refuseNetwork(folder, path);
    // SQLite gives its journal file the mode of the database.
    if (!existsSync(path)) closeSync(openSync(path, 'a', 0o600));
  } catch (error) {
    if (error instanceof Problem) throw error;
    const full = (error as NodeJS.ErrnoException).code === 'ENOSPC';
    throw new Problem(full ? 'STORE_FULL' : 'STORE_UNREACHABLE', `The store ${path} cannot be created`, {
      why: (error as Error).message,
      next: `ls -la ${folder}`,
      retry: 'after-change',
      cause: error,
    });
  }
}
