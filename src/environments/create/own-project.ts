/** A Vercel project of an environment's own, with the names of the variables of another. Run again, it finds what it made. */
import type { NewVariable, VercelProjects, VercelVariable } from '../../platforms/vercel/projects.ts';
import { askAll, type AskValue, type MadeTarget, type Values } from './made-target.ts';

export interface OwnProject {
  readonly target: string;
  /** Name or id of the project that it is like. */
  readonly like: string;
  readonly name: string;
  /** Address of the environment's own backend, where it is known. */
  readonly backendUrl: string | null;
  readonly ask: AskValue;
  readonly signal: AbortSignal;
}

/** @throws Problem TARGET_UNREACHABLE, TARGET_FAILED */
export async function ownProject(vercel: VercelProjects, wanted: OwnProject): Promise<Omit<MadeTarget, 'todo'>> {
  const { target, like, name, signal } = wanted;
  const variables = await vercel.variables(like, signal);
  const known = await vercel.project(name, signal);
  const project = known ?? (await vercel.create(name, await vercel.project(like, signal), signal));
  const there = new Set((await vercel.variables(project.id, signal)).map(({ key }) => key));
  const values = await valuesFor(
    wanted,
    variables.map(({ key }) => key).filter((key) => !there.has(key)),
  );
  const set = variables.flatMap((one) => newVariable(one, values[one.key]));
  await vercel.setVariables(project.id, set, signal);
  const state = (key: string) => (there.has(key) || Object.hasOwn(values, key) ? 'set' : 'missing');
  return {
    target,
    type: 'vercel',
    state: known ? 'found' : 'created',
    name: project.name,
    url: null,
    variables: variables.map(({ key }) => ({ name: key, state: state(key) })),
  };
}

async function valuesFor({ target, backendUrl, ask }: OwnProject, names: readonly string[]): Promise<Values> {
  // A site that is for trying things out must never ask production's data.
  const given = backendUrl === null ? [] : names.filter((key) => key.endsWith('CONVEX_URL'));
  const asked = await askAll(
    ask,
    `${target} (Vercel)`,
    names.filter((key) => !given.includes(key)),
  );
  return { ...asked, ...Object.fromEntries(given.map((key) => [key, backendUrl ?? ''])) };
}

/** As secret as the one that it is like. */
function newVariable({ key, type }: VercelVariable, value: string | undefined): readonly NewVariable[] {
  return value === undefined ? [] : [{ key, value, type: type === 'system' ? 'plain' : type }];
}
