/** What of a tested release goes to another environment as it is, and what is made again. Part of the composition root. */
import type { ReleaseRef } from './core/release.ts';
import type { Project } from './project.ts';
import { requireEnvironment, stateFolder } from './project.ts';

export interface HandedOver {
  /** A line each for people: the same artefact, or why it is made again. */
  readonly told: readonly string[];
  /** Targets that get the very artefact. */
  readonly targets: readonly string[];
  withdraw(): Promise<void>;
}

interface Way {
  readonly from: string;
  readonly to: string;
}

interface Tested {
  readonly refs: Readonly<Record<string, ReleaseRef | null>>;
  readonly commit: string;
}

const AGAIN = {
  vercel: 'Vercel hands no deployment to another project: the same files, by digest, are built there again',
  local: 'built again from the same commit, with the variables of its own environment',
} as const;

/** Withdrawn when the deployment has ended, however it did. */
export async function handOverArtefacts(project: Project, way: Way, tested: Tested): Promise<HandedOver> {
  const told: string[] = [];
  const targets: string[] = [];
  const undo: (() => Promise<void>)[] = [];
  for (const [name, target] of Object.entries(requireEnvironment(project.config, way.to).targets)) {
    if (target.type === 'vercel' || target.type === 'local') told.push(`${name}: ${AGAIN[target.type]}`);
    if (target.type !== 'convex') continue;
    const withdraw = await handOverConvex(project, way, name, tested);
    if (withdraw) {
      undo.push(withdraw);
      targets.push(name);
    }
    told.push(
      withdraw
        ? `${name}: ${tested.refs[name]?.id}, the very push request that ${way.from} runs`
        : `${name}: ${way.from} keeps no push request of it, so it is bundled again from the same commit`,
    );
  }
  return { told, targets, withdraw: async () => void (await Promise.all(undo.map((one) => one()))) };
}

async function handOverConvex(project: Project, { from, to }: Way, name: string, { refs, commit }: Tested) {
  const [source, target] = [from, to].map((one) => requireEnvironment(project.config, one).targets[name]);
  const ref = refs[name];
  if (source?.type !== 'convex' || target?.type !== 'convex' || !ref) return null;
  const [{ convexSetup }, { handOver, withdraw }] = await Promise.all([
    import('./project-convex.ts'),
    import('./targets/convex/handed-over.ts'),
  ]);
  const place = { state: stateFolder(project.config), name, runtime: project.runtime };
  const there = convexSetup(source, { ...place, environment: from }, {});
  const here = convexSetup(target, { ...place, environment: to }, {});
  const given = await handOver({ setup: there, environment: from }, here, { id: ref.id, commit });
  return given ? () => withdraw(here) : null;
}
