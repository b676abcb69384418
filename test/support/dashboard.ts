/** A dashboard of a scratch project on the no-op target, in this process and over a real port, and ways to call it. */
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readEnvironment, type Variables } from '../../src/config/environment.ts';
import { deploy } from '../../src/core/deploy.ts';
import type { Runtime } from '../../src/core/runtime.ts';
import type { Source } from '../../src/core/release.ts';
import { openProject, type Project } from '../../src/project.ts';
import { type Dashboard, type DashboardOptions, openDashboard } from '../../src/project-dashboard.ts';
import { tokensOf } from '../../src/project-tokens.ts';
import type { Role } from '../../src/server/api/vocabulary.ts';

const CONFIG = {
  app: 'shop',
  environments: {
    production: { bake: { time: '0s' }, targets: { web: { type: 'noop' }, api: { type: 'noop' } } },
    staging: { bake: { time: '0s' }, targets: { web: { type: 'noop' } } },
  },
};

export interface Scratch {
  readonly folder: string;
  readonly project: Project;
  /** A deployment by the real core; returns its id. */
  deploy(subject: string, environment?: string): Promise<string>;
  /** A deployment whose process ends in its middle. */
  leaveUnfinished(environment?: string): Promise<void>;
  token(role: Role, name?: string): Promise<{ readonly token: string; readonly id: string }>;
  open(change?: Partial<DashboardOptions>): Promise<Dashboard>;
  /** What the dashboards said to whoever runs them. */
  readonly log: string[];
  dispose(): Promise<void>;
}

const never = { gently: new AbortController().signal, now: new AbortController().signal };

/** @param config merged over the scratch project's at its top level */
export async function createScratch(config: object = {}, variables: Variables = {}): Promise<Scratch> {
  const folder = mkdtempSync(join(tmpdir(), 'belay-dashboard-'));
  writeFileSync(join(folder, 'belay.json'), JSON.stringify({ ...CONFIG, ...config }));
  const env = readEnvironment({ BELAY_USER: 'mia', ...variables });
  const base = { cwd: folder, env, version: '1.2.3', argv: process.argv.slice(0, 2), file: 'belay.json' };
  const project = await openProject({ ...base, stop: never, emit: () => undefined });
  const dashboards: Dashboard[] = [];
  const log: string[] = [];
  return {
    folder,
    project,
    log,
    async leaveUnfinished(name = 'production') {
      const now = new AbortController();
      const emit: Runtime['emit'] = (notice) => {
        if (notice.type === 'event' && notice.event.kind === 'step.intended') now.abort();
      };
      const runtime = { ...project.runtime, emit, stop: { gently: never.gently, now: now.signal } };
      const source = { commit: createHash('sha1').update(`${performance.now()}`).digest('hex') };
      const request = { kind: 'deploy', source, reason: null, acceptDrift: false, despiteFreeze: null } as const;
      await deploy(runtime, await project.environment(name), { ...request, acceptSchema: null }).catch(() => undefined);
    },
    async deploy(subject, name = 'production') {
      const commit = createHash('sha1').update(`${subject} ${performance.now()}`).digest('hex');
      const source: Source = {
        commit,
        subject,
        author: 'Ada',
        branch: 'main',
        committedAt: '2026-11-20T10:00:00+01:00',
      };
      const request = { kind: 'deploy', source, reason: null, acceptDrift: false, despiteFreeze: null } as const;
      const wish = { ...request, acceptSchema: null };
      const { deployment } = await deploy(project.runtime, await project.environment(name), wish);
      return deployment;
    },
    token: (role, name = role) => tokensOf(project.runtime.store).create({ role, name, expiresAt: null }),
    async open(change = {}) {
      const options = { ...base, host: '127.0.0.1', port: 0, allowLocalStoreInCi: true, stop: never };
      const dashboard = await openDashboard({ ...options, log: (text) => void log.push(text), ...change });
      dashboards.push(dashboard);
      return dashboard;
    },
    async dispose() {
      await Promise.all(dashboards.map((dashboard) => dashboard.close()));
      await project.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  // The shape of each answer is proved by the route test; here the reader says what they look at.
  json<T>(): T;
}

export interface Ask {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  /** Sent as it is. */
  readonly raw?: string | Uint8Array;
}

/** Over plain `node:http`: a browser's rules about hosts, paths and origins are what is tried here. */
export function ask(url: string, path: string, { method = 'GET', headers = {}, body, raw }: Ask = {}): Promise<Answer> {
  const { hostname, port } = new URL(url);
  const sent = raw ?? (body === undefined ? undefined : JSON.stringify(body));
  const type = body === undefined ? {} : { 'content-type': 'application/json' };
  return new Promise((resolve, reject) => {
    const options = { hostname, port, path, method, headers: { ...type, ...headers }, agent: false };
    const call = request(options, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => {
        const text = Buffer.concat(chunks).toString('utf8');
        const found = new Headers();
        for (const [name, value] of Object.entries(response.headersDistinct))
          for (const one of value ?? []) found.append(name, one);
        resolve({ status: response.statusCode ?? 0, headers: found, text, json: () => JSON.parse(text) });
      });
    });
    call.on('error', reject);
    call.end(sent);
  });
}

export interface SignedIn {
  readonly cookie: string;
  readonly csrf: string;
  get(path: string): Promise<Answer>;
  post(path: string, body: unknown): Promise<Answer>;
}

export const codeOf = (link: string): string => new URL(link).hash.replace('#code=', '');

export async function signIn({
  listening: url,
  signInLink,
}: Pick<Dashboard, 'listening' | 'signInLink'>): Promise<SignedIn> {
  const answer = await ask(url, '/api/v1/sign-in/link', { method: 'POST', body: { code: codeOf(signInLink()) } });
  return signedInBy(url, answer);
}

export function signedInBy(url: string, answer: Answer): SignedIn {
  const cookie = answer.headers.getSetCookie()[0]?.split(';')[0] ?? '';
  const { csrf } = answer.json<{ csrf: string }>();
  return {
    cookie,
    csrf,
    get: (path) => ask(url, `/api/v1${path}`, { headers: { cookie } }),
    post: (path, body) =>
      ask(url, `/api/v1${path}`, { method: 'POST', body, headers: { cookie, 'x-belay-csrf': csrf } }),
  };
}
