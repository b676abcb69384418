/** What the control plane knows. */
import { randomBytes } from 'node:crypto';
import { type ConvexEmulator, startConvexEmulator } from './emulator.ts';

export interface Project {
  readonly id: number;
  readonly name: string;
  readonly slug: string;
  readonly createTime: number;
  /** `preview:team:project|…` */
  readonly previewKey: string;
}

export interface PlaneDeployment {
  readonly id: number;
  readonly name: string;
  readonly type: 'prod' | 'dev' | 'preview' | 'custom';
  readonly reference: string;
  readonly isDefault: boolean;
  readonly project: Project;
  readonly createTime: number;
  /** The first deploy key. */
  readonly key: string;
  readonly emulator: ConvexEmulator;
}

export interface DeployKey {
  readonly id: string;
  readonly name: string;
  readonly key: string;
  readonly deployment: string;
  readonly createTime: number;
}

export interface Plane {
  readonly team: string;
  readonly teamId: number;
  readonly teamToken: string;
  readonly projects: Map<number, Project>;
  /** By name. */
  readonly deployments: Map<string, PlaneDeployment>;
  readonly keys: DeployKey[];
  nextId: number;
}

export const createPlane = (team: string): Plane => ({
  team,
  teamId: 1,
  teamToken: `team:${secret()}`,
  projects: new Map(),
  deployments: new Map(),
  keys: [],
  nextId: 100,
});

export const secret = () => randomBytes(24).toString('hex');

export function nextId(plane: Plane): number {
  plane.nextId += 1;
  return plane.nextId;
}

export function newProject(plane: Plane, name: string): Project {
  const base = name.toLowerCase().replace(/[^a-z0-9]+/g, '-');
  const taken = [...plane.projects.values()].some(({ slug }) => slug === base);
  const id = nextId(plane);
  const slug = taken ? `${base}-${id}` : base;
  const project = { id, name, slug, createTime: Date.now(), previewKey: `preview:${plane.team}:${slug}|${secret()}` };
  plane.projects.set(id, project);
  return project;
}

type NewDeployment = Pick<PlaneDeployment, 'type' | 'reference' | 'isDefault'>;

export async function newDeployment(plane: Plane, project: Project, wanted: NewDeployment): Promise<PlaneDeployment> {
  const id = nextId(plane);
  const name = `emulated-otter-${id}`;
  const emulator = await startConvexEmulator({
    name,
    adminKey: `${name}|${secret()}`,
    cloud: {
      deploymentType: wanted.type,
      reference: wanted.reference,
      cloud: { id, teamId: plane.teamId, projectId: project.id },
    },
  });
  const key = `${keyPrefix(wanted.type)}:${name}|${secret()}`;
  emulator.allow(key);
  addKey(plane, 'first', key, name);
  const deployment = { id, name, ...wanted, project, createTime: Date.now(), key, emulator };
  plane.deployments.set(name, deployment);
  return deployment;
}

export function addKey(plane: Plane, name: string, key: string, deployment: string): void {
  plane.keys.push({ id: String(nextId(plane)), name, key, deployment, createTime: Date.now() });
}

/** Keys of custom deployments say `prod`: the command line knows only these three. */
export const keyPrefix = (type: PlaneDeployment['type']) => (type === 'custom' ? 'prod' : type);
