/** The calls about sharing traffic: rolling releases, and the items of an Edge Config. */
import type { RollingBilling, RollingConfig, RollingRelease } from './api-types.ts';
import { type Caller, inPath, unlessGone } from './call.ts';

export function rollingCalls(caller: Caller, base: string) {
  const post = (verb: string, what: string, body: object, signal: AbortSignal) =>
    caller.text('POST', `${base}/${verb}`, { what, body, signal });
  return {
    /** GET …/rolling-release; null when none is active */
    rolling: async (signal: AbortSignal): Promise<RollingRelease | null> => {
      const answer = await caller.json<{ rollingRelease: RollingRelease | null } | null>('GET', base, {
        what: 'show the rolling release',
        signal,
        query: { state: 'ACTIVE' },
        answers: unlessGone,
      });
      const rolling = answer?.rollingRelease ?? null;
      return rolling?.state === 'ACTIVE' ? rolling : null;
    },
    /** GET …/rolling-release/billing */
    rollingBilling: (signal: AbortSignal) =>
      caller.json<RollingBilling>('GET', `${base}/billing`, { what: 'tell what the plan allows', signal }),
    /** PATCH …/rolling-release/config. Never alters a rolling release that is active, nor does the next. */
    configureRolling: (config: RollingConfig, signal: AbortSignal) =>
      caller.text('PATCH', `${base}/config`, {
        what: 'set the stages of the rolling release',
        signal,
        body: { enabled: true, ...config },
        idempotent: true,
      }),
    /** DELETE …/rolling-release/config */
    disableRolling: (signal: AbortSignal) =>
      caller.text('DELETE', `${base}/config`, { what: 'turn rolling releases off again', signal }),
    /** POST …/rolling-release/start */
    startRolling: (canary: string, signal: AbortSignal) =>
      post('start', 'start the rolling release', { canaryDeploymentId: canary }, signal),
    /** POST …/rolling-release/approve-stage */
    approveStage: (from: number, canary: string, signal: AbortSignal) => {
      const body = { activeStageIndex: from, nextStageIndex: from + 1, canaryDeploymentId: canary };
      return post('approve-stage', 'advance the rolling release', body, signal);
    },
    /** POST …/rolling-release/complete */
    completeRolling: (canary: string, signal: AbortSignal) =>
      post('complete', 'complete the rolling release', { canaryDeploymentId: canary }, signal),
  };
}

export function edgeConfigCalls(caller: Caller) {
  return {
    /** GET /v1/edge-config/{id} */
    edgeConfig: (id: string, signal: AbortSignal) =>
      caller.json<{ id: string }>('GET', `/v1/edge-config/${inPath(id)}`, {
        what: `show the Edge Config ${id}`,
        signal,
      }),
    /** GET /v1/edge-config/{id}/item/{key}; null where there is none */
    edgeItem: async <T>(id: string, key: string, signal: AbortSignal): Promise<T | null> => {
      const answer = await caller.json<{ value: T } | null>(
        'GET',
        `/v1/edge-config/${inPath(id)}/item/${inPath(key)}`,
        {
          what: `read ${key} from the Edge Config`,
          signal,
          answers: unlessGone,
        },
      );
      return answer?.value ?? null;
    },
    /** PATCH /v1/edge-config/{id}/items */
    setEdgeItem: (id: string, key: string, value: unknown, signal: AbortSignal) =>
      caller.text('PATCH', `/v1/edge-config/${inPath(id)}/items`, {
        what: `write ${key} to the Edge Config`,
        signal,
        body: { items: [{ operation: 'upsert', key, value }] },
        idempotent: true,
      }),
  };
}
