/** Projects: made with a domain of their own that stays the same for as long as the emulator runs. */
import { openDoor, productionDoor } from './doors.ts';
import { id } from './ids.ts';
import type { Project } from './model.ts';
import { Refusal } from './refusal.ts';
import type { World } from './world.ts';

export interface ProjectInput {
  readonly name: string;
  /** Command run in the uploaded source. Without it, files are served as they are. */
  readonly build?: string | undefined;
  /** Command with PORT in its environment. Without it, files are served as they are. */
  readonly start?: string | undefined;
  /** Folder that is linked into each build as `node_modules`. */
  readonly nodeModules?: string | undefined;
  /** A repository on this machine that stands behind a `gitSource`. */
  readonly repository?: string | undefined;
  readonly regions?: readonly string[] | undefined;
  readonly settings?: Readonly<Record<string, unknown>> | undefined;
}

const NAME = /^(?!.*---)[a-z0-9._-]{1,100}$/;
const DEFAULT_REGION = 'iad1';

export async function createProject(world: World, input: ProjectInput): Promise<Project> {
  if (!NAME.test(input.name))
    throw new Refusal(400, 'bad_request', `Invalid request: \`name\` "${input.name}" is not allowed.`);
  if ([...world.projects.values()].some(({ name }) => name === input.name)) {
    throw new Refusal(409, 'conflict', `A project with the name "${input.name}" already exists.`);
  }
  const projectId = id('prj_', 28);
  const door = await openDoor(world, productionDoor(world, projectId));
  const now = Date.now();
  const project: Project = {
    id: projectId,
    name: input.name,
    createdAt: now,
    updatedAt: now,
    build: input.build ?? null,
    start: input.start ?? null,
    nodeModules: input.nodeModules ?? null,
    repository: input.repository ?? null,
    domain: door.host,
    settings: { framework: null, ssoProtection: null, autoAssignCustomDomains: true, ...input.settings },
    regions: input.regions ?? [DEFAULT_REGION],
    env: [],
    customEnvironments: [],
    protectionBypass: {},
    paused: false,
    live: null,
    promoted: [],
    heldByRollback: false,
    rollbackDescription: null,
    lastAliasRequest: null,
    rollingConfig: null,
    rolling: null,
  };
  world.projects.set(projectId, project);
  return project;
}
