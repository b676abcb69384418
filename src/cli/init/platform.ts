/** Whether an application runs on Convex and Vercel: then they are its targets, not this machine. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';

export interface Platforms {
  /** A folder of Convex functions. */
  readonly convex: boolean;
  /** Name of the project on Vercel, as far as it is known; null where there is none. */
  readonly vercel: { readonly project: string; readonly team: string | null } | null;
}

export const NO_PLATFORMS: Platforms = { convex: false, vercel: null };

interface Manifest {
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
}

/** @param read the text of a file of the project; null where there is none */
export function detectPlatforms(folder: string, app: string, read: (name: string) => string | null): Platforms {
  const { dependencies, devDependencies } = JSON.parse(read('package.json') ?? '{}') as Manifest;
  const uses = (name: string) => dependencies?.[name] !== undefined || devDependencies?.[name] !== undefined;
  const convex = uses('convex') && existsSync(join(folder, 'convex'));
  const linked = read('.vercel/project.json');
  const onVercel = linked !== null || existsSync(join(folder, 'vercel.json')) || (convex && uses('next'));
  if (!onVercel) return { convex, vercel: null };
  // `vercel link` leaves ids here; the name came later.
  const { projectName, projectId, orgId } = JSON.parse(linked ?? '{}') as Record<string, string | undefined>;
  return { convex, vercel: { project: projectName ?? projectId ?? app, team: orgId ?? null } };
}

/** Secrets that the targets need, by name. */
export function platformSecrets({ convex, vercel }: Platforms): readonly string[] {
  return [...(convex ? ['CONVEX_DEPLOY_KEY'] : []), ...(vercel ? ['VERCEL_TOKEN'] : [])];
}

export const hasPlatforms = ({ convex, vercel }: Platforms): boolean => convex || vercel !== null;
