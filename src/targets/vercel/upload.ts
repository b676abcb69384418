/** Uploads files to Vercel: only those that it asks for, several at once. */
import type { TargetContext } from '../target.ts';
import { formatBytes } from '../../util/bytes.ts';
import { mapPool } from '../../util/async-pool.ts';
import type { ManifestFile } from './api-types.ts';
import { contentOf } from './hash-files.ts';
import type { VercelSetup } from './setup.ts';

const AT_ONCE = 8;

export interface Upload {
  readonly root: string;
  readonly files: readonly ManifestFile[];
}

export async function uploadMissing(
  ctx: TargetContext,
  { api }: VercelSetup,
  { root, files }: Upload,
  missing: readonly string[],
): Promise<void> {
  const bySha = new Map(files.map((file) => [file.sha, file]));
  const wanted = missing.flatMap((sha) => bySha.get(sha) ?? []);
  const bytes = wanted.reduce((sum, { size }) => sum + size, 0);
  ctx.say(`upload: ${wanted.length} of ${files.length} files, ${formatBytes(bytes)}`);
  await mapPool(wanted, AT_ONCE, async (file) => api.upload(file.sha, await contentOf(root, file), ctx.signal));
}
