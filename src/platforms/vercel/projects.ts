/** Vercel's projects and their variables, as far as environments are made and compared with them. */
import { Problem } from '../../core/errors.ts';
import { createHttp, HttpFailure } from '../../util/http.ts';

export interface VercelAccess {
  /** Without a slash at the end. */
  readonly api: string;
  readonly token: string;
  readonly team: string | null;
}

export interface VercelProject {
  readonly id: string;
  readonly name: string;
  readonly framework?: string | null;
  readonly rootDirectory?: string | null;
  readonly buildCommand?: string | null;
  readonly installCommand?: string | null;
  readonly outputDirectory?: string | null;
  readonly serverlessFunctionRegion?: string | null;
  readonly resourceConfig?: { readonly functionDefaultRegions?: readonly string[] };
}

export interface VercelVariable {
  readonly key: string;
  /** What it says where `decrypted`; sealed otherwise. */
  readonly value?: string;
  readonly type: 'system' | 'encrypted' | 'plain' | 'sensitive';
  readonly decrypted?: boolean;
  readonly target?: string | readonly string[];
}

export interface NewVariable {
  readonly key: string;
  readonly value: string;
  readonly type: 'encrypted' | 'plain' | 'sensitive';
}

export interface VercelProjects {
  /** Null when there is none of this name or id. */
  project(nameOrId: string, signal: AbortSignal): Promise<VercelProject | null>;
  /** With build settings and regions of another. */
  create(name: string, like: VercelProject | null, signal: AbortSignal): Promise<VercelProject>;
  /** Those of production. */
  variables(project: string, signal: AbortSignal): Promise<readonly VercelVariable[]>;
  /** For production. */
  setVariables(project: string, variables: readonly NewVariable[], signal: AbortSignal): Promise<void>;
}

const SETTINGS = ['framework', 'rootDirectory', 'buildCommand', 'installCommand', 'outputDirectory'] as const;

export function createVercelProjects({ api, token, team }: VercelAccess): VercelProjects {
  const http = createHttp({
    base: api,
    name: 'Vercel',
    headers: { authorization: `Bearer ${token}`, 'user-agent': 'belay' },
  });
  const scope = team === null ? {} : team.startsWith('team_') ? { teamId: team } : { slug: team };
  const ask = async <T>(doing: string, method: string, path: string, more: Ask): Promise<T> => {
    const query = new URLSearchParams({ ...more.query, ...scope }).toString();
    try {
      return await http.json<T>(method, query === '' ? path : `${path}?${query}`, more);
    } catch (error) {
      throw error instanceof HttpFailure ? asProblem(error, doing, team) : error;
    }
  };
  return {
    async project(nameOrId, signal) {
      try {
        return await ask<VercelProject>('show the project', 'GET', `/v9/projects/${encodeURIComponent(nameOrId)}`, {
          signal,
        });
      } catch (error) {
        if (error instanceof Problem && error.cause instanceof HttpFailure && error.cause.status === 404) return null;
        throw error;
      }
    },
    create: (name, like, signal) =>
      ask<VercelProject>('create the project', 'POST', '/v11/projects', {
        signal,
        body: { name, ...settingsOf(like) },
      }),
    async variables(project, signal) {
      const path = `/v10/projects/${encodeURIComponent(project)}/env`;
      const query = { decrypt: 'true' };
      const { envs } = await ask<{ envs: readonly VercelVariable[] }>('list variables', 'GET', path, { signal, query });
      return envs.filter(({ target }) => [target ?? []].flat().includes('production'));
    },
    async setVariables(project, variables, signal) {
      const body = variables.map((one) => ({ ...one, target: ['production'] }));
      if (body.length === 0) return;
      const path = `/v10/projects/${encodeURIComponent(project)}/env`;
      const query = { upsert: 'true' };
      const { failed } = await ask<{ failed: readonly { error?: { key?: string } }[] }>('set variables', 'POST', path, {
        signal,
        query,
        body,
        idempotent: true,
      });
      if (failed.length === 0) return;
      throw new Problem('TARGET_FAILED', `Vercel did not take ${failed.length} of ${body.length} variables`, {
        next: 'set them in the settings of the project',
      });
    },
  };
}

interface Ask {
  readonly signal: AbortSignal;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  readonly idempotent?: boolean;
}

function settingsOf(like: VercelProject | null): Readonly<Record<string, unknown>> {
  if (!like) return {};
  const kept = SETTINGS.flatMap((key) => (like[key] ? [[key, like[key]] as const] : []));
  const { serverlessFunctionRegion: region, resourceConfig } = like;
  const regions = resourceConfig?.functionDefaultRegions;
  return {
    ...Object.fromEntries(kept),
    ...(region ? { serverlessFunctionRegion: region } : {}),
    ...(regions && regions.length > 0 ? { resourceConfig: { functionDefaultRegions: regions } } : {}),
  };
}

function asProblem(failure: HttpFailure, doing: string, team: string | null): Problem {
  const { status, message, code } = failure;
  const facts = { why: `${message} (${code})${team === null ? '' : `, asked in team ${team}`}`, cause: failure };
  if (status === 401 || status === 403) {
    const next = 'make a key that may, at https://vercel.com/account/settings/tokens';
    return new Problem('TARGET_UNREACHABLE', `Vercel refuses the key, so it did not ${doing}`, {
      ...facts,
      next,
      retry: 'after-change',
    });
  }
  if (status === 0 || status === 429 || status >= 500) {
    return new Problem('TARGET_UNREACHABLE', `Vercel could not be asked to ${doing}`, { ...facts, retry: 'later' });
  }
  return new Problem('TARGET_FAILED', `Vercel did not ${doing}`, { ...facts, retry: 'after-change' });
}
