/** One request to Vercel: in the scope of the team, its refusal told as a Problem. */
import { createHttp, HttpFailure } from '../../util/http.ts';
import { aborted } from '../checkout/command.ts';
import type { VercelOptions } from './options.ts';
import { asProblem } from './problems.ts';

export interface Call<T> {
  /** Completes "Vercel did not …". */
  readonly what: string;
  readonly signal: AbortSignal;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly limitMs?: number;
  /** Doing it twice is doing it once. */
  readonly idempotent?: boolean;
  /** What a refusal stands for, where it is an answer; undefined: it is none. */
  readonly answers?: (failure: HttpFailure) => T | undefined;
}

export interface Caller {
  /** @throws Problem TARGET_UNREACHABLE, TARGET_FAILED, INTERRUPTED */
  json<T>(method: string, path: string, call: Call<T>): Promise<T>;
  /** The body as text; empty where there is none. */
  text(method: string, path: string, call: Call<string>): Promise<string>;
  /** How many requests that change something were sent so far. */
  changes(): number;
}

/** An id or a name as a part of an address. */
export const inPath = encodeURIComponent;

/** For `answers`: what is not there is null. */
export const unlessGone = ({ status }: HttpFailure): null | undefined => (status === 404 ? null : undefined);

export function createCaller({ api, token, project, team }: VercelOptions): Caller {
  const http = createHttp({
    base: api,
    name: 'Vercel',
    headers: { authorization: `Bearer ${token}`, 'user-agent': 'belay' },
  });
  const scope: Record<string, string> =
    team === undefined ? {} : team.startsWith('team_') ? { teamId: team } : { slug: team };

  let changes = 0;

  async function perform<T>(
    method: string,
    path: string,
    call: Call<T>,
    run: (path: string) => Promise<T>,
  ): Promise<T> {
    if (method !== 'GET') changes += 1;
    const query = new URLSearchParams({ ...call.query, ...scope }).toString();
    try {
      return await run(query === '' ? path : `${path}?${query}`);
    } catch (error) {
      if (call.signal.aborted) throw aborted(call.signal, 'The request to Vercel');
      if (!(error instanceof HttpFailure)) throw error;
      const answer = call.answers?.(error);
      if (answer !== undefined) return answer;
      throw asProblem(error, { what: call.what, project, team, changes: method !== 'GET' });
    }
  }

  return {
    changes: () => changes,
    json: (method, path, call) => perform(method, path, call, (full) => http.json(method, full, call)),
    text: (method, path, call) =>
      perform(method, path, call, async (full) => (await http.send(method, full, call)).text()),
  };
}
