/** Notes that a deployment of ours made none on Vercel, as what is live is the same already: nothing there says so. */
import type { VercelSetup } from './setup.ts';

const nameOf = ({ options }: VercelSetup, deployment: string): string => `${options.scope}unchanged/${deployment}`;

export async function noteUnchanged(setup: VercelSetup, deployment: string, id: string): Promise<void> {
  const { artefacts, scope } = setup.options;
  // One deployment acts at a time: what earlier ones noted is in the journal.
  for (const earlier of await artefacts.list(`${scope}unchanged/`)) await artefacts.remove(earlier);
  await artefacts.put(nameOf(setup, deployment), Buffer.from(id));
}

/** Id of the deployment on Vercel that stands for this one; null where it made its own, or none. */
export async function readUnchanged(setup: VercelSetup, deployment: string): Promise<string | null> {
  const noted = await setup.options.artefacts.get(nameOf(setup, deployment));
  return noted && Buffer.from(noted).toString();
}

export function forgetUnchanged(setup: VercelSetup, deployment: string): Promise<void> {
  return setup.options.artefacts.remove(nameOf(setup, deployment));
}
