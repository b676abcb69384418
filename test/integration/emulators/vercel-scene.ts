/** A Vercel emulator with one project, and what a deployer does with it. */
import { createHash } from 'node:crypto';
import {
  startVercelEmulator,
  type VercelEmulator,
  type VercelOptions,
} from '../../../src/emulators/vercel/emulator.ts';
import type { ProjectInput } from '../../../src/emulators/vercel/projects.ts';
import { until } from '../../support/until.ts';

const UNENDED = new Set(['QUEUED', 'BUILDING', 'INITIALIZING']);

export interface Scene {
  readonly vercel: VercelEmulator;
  readonly project: { readonly id: string; readonly name: string; readonly productionUrl: string };
  /** Uploads one page and creates a deployment of it; waits until its build has ended and its domains are settled. */
  deploy(text: string, more?: Record<string, unknown>): Promise<Made>;
  /** Any call, with the token. */
  call(method: string, path: string, body?: unknown): Promise<{ status: number; json: unknown; headers: Headers }>;
}

export interface Made {
  readonly id: string;
  readonly url: string;
}

export async function openScene(options: VercelOptions = {}, input: Partial<ProjectInput> = {}): Promise<Scene> {
  const vercel = await startVercelEmulator(options);
  const project = await vercel.createProject({ name: 'shop', ...input });
  const call: Scene['call'] = async (method, path, body) => {
    const answer = await fetch(vercel.url + path, {
      method,
      headers: {
        authorization: `Bearer ${vercel.token}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    return { status: answer.status, json: text === '' ? null : JSON.parse(text), headers: answer.headers };
  };
  const deploy: Scene['deploy'] = async (text, more = {}) => {
    const file = await uploadText(vercel, 'index.html', text);
    const body = { name: 'shop', project: project.id, target: 'production', files: [file], ...more };
    const made = (await call('POST', `/v13/deployments?teamId=${vercel.teamId}`, body)).json as Made;
    await until('the build has ended and its domains are settled', () => {
      const now = vercel.deployment(made.id);
      if (now === undefined || UNENDED.has(now.readyState)) return false;
      return now.readyState !== 'READY' || now.aliasAssigned || now.aliasError !== null;
    });
    return made;
  };
  return { vercel, project, deploy, call };
}

export async function uploadText({ url, token }: VercelEmulator, file: string, text: string) {
  const body = Buffer.from(text);
  const sha = createHash('sha1').update(body).digest('hex');
  const headers = { authorization: `Bearer ${token}`, 'x-vercel-digest': sha };
  const { status } = await fetch(`${url}/v2/files`, { method: 'POST', headers, body });
  if (status !== 200) throw new Error(`The upload was answered with ${status}`);
  return { file, sha, size: body.length };
}

/** What a visitor reads. */
export const page = async (url: string, init: RequestInit = {}): Promise<string> => {
  const answer = await fetch(url.startsWith('http') ? url : `http://${url}`, init);
  return `${answer.status} ${(await answer.text()).trim()}`;
};
