/** Durable file writing: a reader sees the old file or the new one, also after a crash. */
import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';

export function fsyncDirectory(path: string): void {
  const handle = openSync(path, 'r');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

/** Writes to the side, syncs, renames, syncs the directory. Mode 0600 unless told. */
export function writeFileDurably(path: string, text: string, mode = 0o600): void {
  const side = `${path}.${process.pid}.new`;
  try {
    const handle = openSync(side, 'w', mode);
    try {
      writeSync(handle, text);
      fsyncSync(handle);
    } finally {
      closeSync(handle);
    }
    renameSync(side, path);
  } catch (error) {
    rmSync(side, { force: true });
    throw error;
  }
  fsyncDirectory(dirname(path));
}
