/** What a client asked an emulator, without what differs from run to run. */
import type { Recorded } from '../../src/emulators/http/server.ts';

export interface Asked {
  readonly request: string;
  readonly status: number | null;
  readonly body?: unknown;
}

/** Ids become `{deployment}`, `{project}`, `{team}`; a request that is repeated at once (a poll) is told once. */
export function normalise(requests: readonly Recorded[]): Asked[] {
  const asked = requests.map(({ method, path, status, body }) => ({
    request: `${method} ${named(path)}`,
    status,
    ...(body === undefined ? {} : { body: shapeOf(path, body) }),
  }));
  return asked.filter((each, at) => JSON.stringify(each) !== JSON.stringify(asked[at - 1]));
}

const named = (text: string): string =>
  text
    .replace(/\/env\/\w{16}/g, '/env/{variable}')
    .replace(/dpl_\w+/g, '{deployment}')
    .replace(/prj_\w+/g, '{project}')
    .replace(/team_\w+/g, '{team}');

/** Of a new deployment only the names of its fields: the rest is the machine's. */
function shapeOf(path: string, body: unknown): unknown {
  if (path.startsWith('/v13/deployments') && body !== null && typeof body === 'object') return Object.keys(body).sort();
  return JSON.parse(named(JSON.stringify(body))) as unknown;
}
