/** Keeps log files below a size. Copied and emptied, not renamed: the applications that append to them never reopen. */
import { copyFile, stat, truncate } from 'node:fs/promises';

export const MAX_LOG_BYTES = 10 * 1_024 * 1_024;

/** Files that do not exist are skipped. Lines written between copying and emptying (well under a millisecond) are lost. */
export async function rotateLogs(files: readonly string[], maxBytes: number): Promise<void> {
  for (const file of new Set(files)) {
    const size = await stat(file).then(
      (found) => found.size,
      () => 0,
    );
    if (size <= maxBytes) continue;
    await copyFile(file, `${file}.1`);
    await truncate(file);
  }
}
