/** A Convex deployment of an environment's own, made where a team token allows. Run again, it finds what it made. */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { ConvexManagement } from '../../platforms/convex/management.ts';

export interface OwnDeployment {
  readonly name: string;
  readonly url: string;
  /** False: it was there. */
  readonly created: boolean;
}

/** @throws Problem TARGET_UNREACHABLE, TARGET_FAILED */
export async function ownDeployment(
  management: ConvexManagement,
  projectId: number,
  reference: string,
  keyFile: string,
  signal: AbortSignal,
): Promise<OwnDeployment> {
  const known = (await management.deployments(projectId, signal)).find((one) => one.reference === reference);
  const deployment = known ?? (await management.createDeployment(projectId, reference, signal));
  if ((await readKey(keyFile)) === null) {
    await writeKey(keyFile, await management.createDeployKey(deployment.name, `belay-${reference}`, signal));
  }
  return { name: deployment.name, url: deployment.deploymentUrl, created: known === undefined };
}

export async function readKey(file: string): Promise<string | null> {
  try {
    return (await readFile(file, 'utf8')).trim() || null;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

/** For this user alone, in a folder that git leaves out whatever the project says. */
async function writeKey(file: string, key: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  await writeFile(join(dirname(file), '.gitignore'), '*\n');
  await writeFile(file, `${key}\n`, { mode: 0o600 });
}
