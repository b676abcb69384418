/** A file that readers see whole, old or new. Not synced: what it holds is written again after a crash of the machine. */
import { renameSync, writeFileSync } from 'node:fs';

export function replaceFile(path: string, text: string): void {
  const side = `${path}.${process.pid}.new`;
  writeFileSync(side, text, { mode: 0o600 });
  renameSync(side, path);
}
