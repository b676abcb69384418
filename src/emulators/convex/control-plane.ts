/** Convex's control plane on 127.0.0.1: projects, their deployments (each a server of its own) and deploy keys. */
import { z } from 'zod';
import { type EmulatorServer, startServer } from '../http/server.ts';
import { deployKeyRoutes } from './control-plane-keys.ts';
import { createPlane, newDeployment, newProject, type Plane } from './control-plane-state.ts';
import { managementRoutes } from './control-plane-management.ts';
import type { ConvexEmulator } from './emulator.ts';
import { Refusal, refusalReply } from './refusal.ts';

export interface ConvexControlPlaneOptions {
  readonly port?: number;
  readonly latencyMs?: number;
  readonly team?: string;
  /** The project that is there from the beginning, with a production deployment. */
  readonly project?: string;
}

export interface ConvexControlPlane extends EmulatorServer {
  /** A team token for the management API. */
  readonly teamToken: string;
  readonly teamId: number;
  readonly projectId: number;
  /** `prod:name|…` of the first production deployment. */
  readonly productionKey: string;
  /** `preview:team:project|…`: claims preview deployments. */
  readonly previewKey: string;
  /** The deployment of a name, or of a reference in the first project (`production`, `staging`, `preview/branch`). */
  deployment(nameOrReference: string): ConvexEmulator;
  readonly deployments: () => readonly ConvexEmulator[];
}

/** For `CONVEX_PROVISION_HOST`. `close` ends its deployments too. */
export async function startConvexControlPlane(options: ConvexControlPlaneOptions = {}): Promise<ConvexControlPlane> {
  const plane = createPlane(options.team ?? 'emulated-team');
  const project = newProject(plane, options.project ?? 'shop');
  const production = await newDeployment(plane, project, { type: 'prod', reference: 'production', isDefault: true });
  const server = await startServer({
    port: options.port,
    latencyMs: options.latencyMs,
    routes: { ...deployKeyRoutes(plane), ...managementRoutes(plane) },
    unknown: ({ method, path }) => refusalReply(new Refusal(404, 'NotFound', `No route for ${method} ${path}`)),
    failed: (error) =>
      refusalReply(error instanceof z.ZodError ? new Refusal(400, 'BadJsonBody', z.prettifyError(error)) : error),
  });
  const { close } = server;
  return Object.assign(server, {
    teamToken: plane.teamToken,
    teamId: plane.teamId,
    projectId: project.id,
    productionKey: production.key,
    previewKey: project.previewKey,
    deployment: (wanted: string) => emulatorOf(plane, project.id, wanted),
    deployments: () => [...plane.deployments.values()].map(({ emulator }) => emulator),
    close: async () => {
      await close();
      await Promise.all([...plane.deployments.values()].map(({ emulator }) => emulator.close()));
    },
  });
}

function emulatorOf(plane: Plane, projectId: number, wanted: string): ConvexEmulator {
  const found = [...plane.deployments.values()].find(
    ({ name, reference, project }) => name === wanted || (project.id === projectId && reference === wanted),
  );
  if (!found) throw new Error(`The control plane has no deployment "${wanted}".`);
  return found.emulator;
}
