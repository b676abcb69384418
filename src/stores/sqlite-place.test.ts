/** Which file systems and SQLite builds may carry a store. */
import { expect, test } from 'vitest';
import { networkFileSystem } from './sqlite-place.ts';
import { walIsSafe } from './sqlite-settings.ts';

const MOUNTS = [
  '/dev/vda / ext4 rw 0 0',
  'me@host:/srv /mnt/far\\040away fuse.sshfs rw 0 0',
  'x /mnt/disk fuse.ntfs rw 0 0',
].join('\n');
const FUSE = 0x65735546;

test.each([
  [0xef53, '/var/lib/belay', null],
  [0x01021994, '/dev/shm', null],
  [0x6969, '/mnt/nfs', 'nfs'],
  // Node gives the type as a signed number on some platforms.
  [0xff534d42 | 0, '/mnt/cifs', 'cifs'],
  [FUSE, '/mnt/far away/belay', 'fuse.sshfs'],
  [FUSE, '/mnt/disk', null],
])('type %i at %s is %s', (magic, folder, expected) => {
  expect(networkFileSystem(folder, magic, MOUNTS)).toBe(expected);
});

test.each([
  ['3.45.1', false],
  ['3.50.2', false],
  ['3.51.2', false],
  ['3.51.3', true],
  ['3.50.7', true],
  ['3.44.6', true],
  ['3.53.4', true],
])('WAL with SQLite %s is safe: %s', (version, safe) => {
  expect(walIsSafe(version)).toBe(safe);
});
