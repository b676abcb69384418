/** The API as the server types it: answers come typed, refusals as `ApiError` with the problem that the server told. */
import type { ApiProblem } from '../../src/server/api/vocabulary.ts';

const BASE = '/api/v1';

/** Somebody else's answer, or none: `status` 0 says that the server could not be reached. */
export class ApiError extends Error {
  readonly status: number;
  readonly problem: ApiProblem;

  constructor(status: number, problem: ApiProblem) {
    super(problem.message);
    this.name = 'ApiError';
    this.status = status;
    this.problem = problem;
  }
}

const UNREACHABLE: ApiProblem = {
  code: 'UNREACHABLE',
  message: 'The server does not answer',
  why: 'belay dashboard was stopped, or the network between you and it is down.',
  next: 'belay dashboard',
  details: [],
};

let csrf = '';

/** Told by `/me`; goes with everything that changes something. */
export function rememberCsrf(token: string): void {
  csrf = token;
}

/** `/deployments` and what is asked for: empty values are left out. */
export function withQuery(path: string, query: Readonly<Record<string, string | number | null | undefined>>): string {
  const given = Object.entries(query).filter(([, value]) => value !== undefined && value !== null && value !== '');
  if (given.length === 0) return path;
  return `${path}?${new URLSearchParams(given.map(([name, value]) => [name, String(value)])).toString()}`;
}

/** The address of an API path, for links and the live feed. */
export const address = (path: string): string => BASE + path;

/** @throws ApiError */
export async function get<T>(path: string, signal?: AbortSignal): Promise<T> {
  return answerOf<T>(await send(path, signal === undefined ? {} : { signal }));
}

/** @throws ApiError */
export async function post<T>(path: string, body: unknown = {}): Promise<T> {
  const headers = { 'content-type': 'application/json', 'x-belay-csrf': csrf };
  return answerOf<T>(await send(path, { method: 'POST', headers, body: JSON.stringify(body) }));
}

async function send(path: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(address(path), { credentials: 'same-origin', ...init });
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error;
    throw new ApiError(0, UNREACHABLE);
  }
}

async function answerOf<T>(response: Response): Promise<T> {
  if (!response.ok) throw new ApiError(response.status, await problemOf(response));
  return (response.status === 204 ? null : await response.json()) as T;
}

async function problemOf(response: Response): Promise<ApiProblem> {
  const unclear: ApiProblem = {
    code: `HTTP_${response.status}`,
    message: `The server answered with ${response.status}`,
    why: response.statusText || null,
    next: null,
    details: [],
  };
  try {
    return { ...unclear, ...((await response.json()) as Partial<ApiProblem>) };
  } catch {
    // Something between us and the server answered in its place.
    return unclear;
  }
}
