/** Where visitors come in: a port per deployment, and one per project for production. */
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { id } from './ids.ts';
import type { Deployment, Project } from './model.ts';
import { sendError } from './site.ts';
import { chooseForVisitor } from './visitor.ts';
import type { World } from './world.ts';

/** Listens on a free port of 127.0.0.1. `host` is `127.0.0.1:PORT`. */
export async function openDoor(
  world: World,
  listener: RequestListener,
): Promise<{ host: string; close: () => Promise<void> }> {
  const server = createServer(listener).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const close = async () => {
    world.closers.delete(close);
    const closed = new Promise((resolve) => server.close(resolve));
    server.closeAllConnections();
    await closed;
  };
  world.closers.add(close);
  return { host: `127.0.0.1:${(server.address() as AddressInfo).port}`, close };
}

export function deploymentDoor(world: World, deploymentId: string): RequestListener {
  return (req, res) => {
    const deployment = world.deployments.get(deploymentId);
    if (!deployment) return sendError(res, 404, 'DEPLOYMENT_NOT_FOUND', 'The deployment could not be found');
    const project = world.projects.get(deployment.projectId);
    if (project && isLocked(project, deployment, 'deployment') && !mayPass(project, req)) return sendLogin(res);
    serve(deployment, req, res);
  };
}

/** Production's own domain, and each alias by the `Host` of the request. */
export function productionDoor(world: World, projectId: string): RequestListener {
  return (req, res) => {
    const project = world.projects.get(projectId);
    if (!project) return sendError(res, 404, 'DEPLOYMENT_NOT_FOUND', 'The deployment could not be found');
    if (project.paused) return sendError(res, 503, 'DEPLOYMENT_PAUSED', 'This deployment is temporarily paused');
    const alias = world.aliases.get(req.headers.host ?? '');
    const chosen = alias ? { deploymentId: alias.deploymentId } : chooseForVisitor(world, project, req);
    const deployment = world.deployments.get(chosen?.deploymentId ?? '');
    if (!deployment) return sendError(res, 404, 'DEPLOYMENT_NOT_FOUND', 'The deployment could not be found');
    if (isLocked(project, deployment, 'production') && !mayPass(project, req)) return sendLogin(res);
    if (chosen && 'cookie' in chosen && chosen.cookie) res.setHeader('set-cookie', chosen.cookie);
    serve(deployment, req, res);
  };
}

let served = 0;

function serve(deployment: Deployment, req: IncomingMessage, res: ServerResponse): void {
  if (deployment.readyState !== 'READY') {
    return sendError(res, 404, 'DEPLOYMENT_NOT_READY', `The deployment is ${deployment.readyState}`);
  }
  // Each of its regions in turn, so that whoever looks often enough meets all of them.
  const region = deployment.regions[served++ % deployment.regions.length] ?? 'iad1';
  const trace = createHash('sha1').update(id('')).digest('hex').slice(0, 12);
  res.setHeader('server', 'Vercel');
  res.setHeader('x-vercel-id', `${region}::${region}::${id('', 5).toLowerCase()}-${Date.now()}-${trace}`);
  deployment.site.answer(req, res).catch(() => res.destroy());
}

/** `all_except_custom_domains`, the default of the product, leaves production's domain open. */
function isLocked(project: Project, deployment: Deployment, door: 'deployment' | 'production'): boolean {
  const protection = project.settings['ssoProtection'];
  const scope =
    protection !== null && typeof protection === 'object' && 'deploymentType' in protection
      ? protection.deploymentType
      : null;
  if (scope === null) return false;
  if (scope === 'all') return true;
  if (door === 'production') return false;
  return scope === 'preview' ? deployment.target !== 'production' : true;
}

function mayPass(project: Project, req: IncomingMessage): boolean {
  const query = new URL(req.url ?? '/', 'http://door').searchParams;
  const shown = req.headers['x-vercel-protection-bypass'] ?? query.get('x-vercel-protection-bypass');
  return typeof shown === 'string' && Object.hasOwn(project.protectionBypass, shown);
}

function sendLogin(res: ServerResponse): void {
  res.writeHead(401, { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store, max-age=0' });
  res.end('<!doctype html><title>Authentication Required</title><p>This page requires Vercel authentication.</p>\n');
}
