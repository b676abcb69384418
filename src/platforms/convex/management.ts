/** Convex's management API, as far as an environment is made with it. The token is a team's. */
import { Problem } from '../../core/errors.ts';
import { createHttp, HttpFailure } from '../../util/http.ts';
import { PROVISION } from './deployment.ts';

export interface ManagedDeployment {
  readonly name: string;
  readonly reference: string;
  readonly deploymentType: string;
  readonly deploymentUrl: string;
}

export interface ConvexManagement {
  deployments(projectId: number, signal: AbortSignal): Promise<readonly ManagedDeployment[]>;
  createDeployment(projectId: number, reference: string, signal: AbortSignal): Promise<ManagedDeployment>;
  /** @returns the key: a secret */
  createDeployKey(deployment: string, name: string, signal: AbortSignal): Promise<string>;
}

export function createManagement({
  token,
  provision = PROVISION,
}: {
  token: string;
  provision?: string;
}): ConvexManagement {
  const http = createHttp({ base: `${provision}/v1`, name: 'Convex', headers: { authorization: `Bearer ${token}` } });
  const ask = async <T>(
    doing: string,
    method: string,
    path: string,
    signal: AbortSignal,
    body?: object,
  ): Promise<T> => {
    try {
      return await http.json<T>(method, path, { signal, ...(body ? { body } : {}) });
    } catch (error) {
      throw error instanceof HttpFailure ? asProblem(error, doing) : error;
    }
  };
  return {
    deployments: (projectId, signal) =>
      ask('list the deployments of the project', 'GET', `/projects/${projectId}/list_deployments`, signal),
    // Of a type of its own: one that is `prod` would be taken for production.
    createDeployment: (projectId, reference, signal) =>
      ask('create a deployment', 'POST', `/projects/${projectId}/create_deployment`, signal, {
        type: 'custom',
        reference,
        isDefault: false,
      }),
    async createDeployKey(deployment, name, signal) {
      const path = `/deployments/${encodeURIComponent(deployment)}/create_deploy_key`;
      return (await ask<{ deployKey: string }>('create a deploy key', 'POST', path, signal, { name })).deployKey;
    },
  };
}

function asProblem(failure: HttpFailure, doing: string): Problem {
  const { status, message, code } = failure;
  const facts = { why: code === String(status) ? message : `${code}: ${message}`, cause: failure };
  if (status === 401 || status === 403) {
    return new Problem('TARGET_UNREACHABLE', `Convex refuses the team token, so it did not ${doing}`, {
      ...facts,
      next: 'create a team token in the team settings of the Convex dashboard, or leave --convex-token-env out',
      retry: 'after-change',
    });
  }
  if (status === 0 || status === 429 || status >= 500) {
    return new Problem('TARGET_UNREACHABLE', `Convex could not be asked to ${doing}`, {
      ...facts,
      next: 'the same command again: what is there already is found',
      retry: 'later',
      unknown: status !== 429,
    });
  }
  return new Problem('TARGET_FAILED', `Convex did not ${doing}`, { ...facts, retry: 'after-change' });
}
