/** Uploaded files, by the SHA-1 of their bytes. */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, symlink, writeFile } from 'node:fs/promises';
import { dirname, join, normalize } from 'node:path';
import { id } from './ids.ts';
import type { SourceFile } from './model.ts';
import { Refusal } from './refusal.ts';

const place = (home: string, sha: string): string => join(home, 'files', sha);

export const isUploaded = (home: string, sha: string): boolean => existsSync(place(home, sha));

/** Keeps the bytes. `claimed` is what the headers said: a difference is refused, as the vendor refuses it. */
export async function keepUpload(
  home: string,
  bytes: Buffer,
  claimed: { readonly sha?: string | undefined; readonly size?: number | undefined } = {},
): Promise<SourceFile> {
  const sha = createHash('sha1').update(bytes).digest('hex');
  if (claimed.sha !== undefined && claimed.sha !== sha) throw new Refusal(400, 'bad_request', 'Digest is not valid');
  if (claimed.size !== undefined && claimed.size !== bytes.length) {
    throw new Refusal(400, 'bad_request', 'File size is not valid');
  }
  if (!isUploaded(home, sha)) {
    await mkdir(join(home, 'files'), { recursive: true });
    // Two uploads of the same bytes at once: each its own side file, the last rename wins with equal content.
    const side = `${place(home, sha)}.${id('', 8)}`;
    await writeFile(side, bytes);
    await rename(side, place(home, sha));
  }
  return { file: '', sha, size: bytes.length };
}

/** Writes a tree into a folder; names that lead out of it are refused. */
export async function layOut(home: string, files: readonly SourceFile[], folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const { file, sha, mode } of files) {
    const path = join(folder, normalize(`/${file}`));
    await mkdir(dirname(path), { recursive: true });
    const bytes = await readFile(place(home, sha));
    // The vendor's command line uploads a symbolic link as its target, with the mode of a link.
    if (mode !== undefined && (mode & 0o170000) === 0o120000) await symlink(bytes.toString(), path);
    else await writeFile(path, bytes, { mode: mode !== undefined && (mode & 0o111) !== 0 ? 0o755 : 0o644 });
  }
}
