/** Calls functions of Belay's component with the admin key, as `convex run --component` does: no wrapper in the application. */
import { Problem } from '../../core/errors.ts';
import { COMPONENT } from '../../platforms/convex/component.ts';
import { CLIENT, type ConvexAddress } from '../../platforms/convex/deployment.ts';
import { createHttp, HttpFailure } from '../../util/http.ts';
import { ComponentMissing, toStoreProblem } from './problems.ts';

export interface ComponentCalls {
  /** Host of the deployment. */
  readonly where: string;
  /**
   * @param path `module:name`
   * @throws Problem STORE_REFUSED (key, no component), STORE_UNREACHABLE
   */
  call<T>(path: string, args: Readonly<Record<string, unknown>>): Promise<T>;
}

interface Answer {
  readonly status: 'success' | 'error';
  readonly value?: unknown;
  readonly errorMessage?: string;
}

/** A function that failed may come with this status, and says so in its body. */
const FUNCTION_FAILED = 560;
const LIMIT_MS = 10_000;

/** Every function of the component may be called again when an answer was lost; longer waiting is the caller's business. */
const TRIES = 2;

/** @param limitMs longest time for one call */
export function componentCalls({ url, adminKey }: ConvexAddress, limitMs = LIMIT_MS): ComponentCalls {
  const where = new URL(url).host;
  const headers = { authorization: `Convex ${adminKey}`, 'convex-client': CLIENT };
  const http = createHttp({ base: url, name: where, headers, limitMs, tries: TRIES });

  async function ask(path: string, args: object): Promise<Answer> {
    const body = { componentPath: COMPONENT, path, format: 'convex_encoded_json', args: [args] };
    try {
      return await http.json<Answer>('POST', '/api/function', { body, idempotent: true });
    } catch (error) {
      if (error instanceof HttpFailure && error.status === FUNCTION_FAILED) return error.body as Answer;
      throw toStoreProblem(error, where);
    }
  }

  return {
    where,
    async call<T>(path: string, args: Readonly<Record<string, unknown>>) {
      const answer = await ask(path, args);
      if (answer.status === 'success') return answer.value as T;
      const message = answer.errorMessage ?? 'no reason was given';
      if (isMissing(message)) throw new ComponentMissing(where, message);
      if (/paused/i.test(message)) throw paused(where, message);
      throw new Error(`${path} of the component ${COMPONENT} failed on ${where}: ${message}`);
    },
  };
}

/** Told by Convex when no component is mounted under the name, or when it has no such function. */
function isMissing(message: string): boolean {
  return /could not find (public )?function|couldn't find|component .*not (found|mounted|registered)/i.test(message);
}

function paused(where: string, why: string): Problem {
  return new Problem('STORE_UNREACHABLE', `The store ${where} is paused`, {
    why,
    next: 'unpause the deployment in its dashboard, or wait until the restore that paused it has ended',
    retry: 'later',
  });
}
