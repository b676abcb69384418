/** The status of a commit at GitHub, one for each environment: what became of it stands beside it everywhere. */
import { createHttp, type HttpFailure } from '../util/http.ts';
import type { GitHubOptions } from './github.ts';
import type { Message, News, Notifier } from './notifier.ts';
import { failureOf } from './post.ts';
import { cut, oneLine } from './wording.ts';

type State = 'pending' | 'success' | 'failure' | 'error';

const STATES: Readonly<Partial<Record<News, State>>> = {
  started: 'pending',
  resumed: 'pending',
  succeeded: 'success',
  'rolled-back': 'success',
  failed: 'failure',
  refused: 'failure',
  paused: 'pending',
  stuck: 'error',
};

const REQUEST_LIMIT_MS = 3_000;
/** Anything longer is refused. */
const DESCRIPTION_LIMIT = 140;
const COMMIT = /^[0-9a-f]{40}([0-9a-f]{24})?$/;

/** The token needs `statuses: write`. A status said twice does no harm. */
export function createGitHubStatusNotifier({ token, repository, api, run }: GitHubOptions): Notifier {
  const http = createHttp({
    base: api,
    name: 'GitHub',
    limitMs: REQUEST_LIMIT_MS,
    tries: 2,
    headers: {
      accept: 'application/vnd.github+json',
      authorization: `Bearer ${token}`,
      'user-agent': 'belay',
      'x-github-api-version': '2022-11-28',
    },
  });
  return {
    name: 'GitHub status',
    async look(signal) {
      try {
        await http.json('GET', `/repos/${repository}/commits?per_page=1`, { signal });
      } catch (error) {
        throw failureOf(error, told);
      }
    },
    async send(message, signal) {
      const state = STATES[message.news];
      const commit = message.code?.source.commit;
      if (!state || commit === undefined || !COMMIT.test(commit)) return;
      const path = `/repos/${repository}/statuses/${commit}`;
      try {
        await http.json('POST', path, { body: bodyOf(message, state, run), signal, idempotent: true });
      } catch (error) {
        signal.throwIfAborted();
        throw failureOf(error, told);
      }
    },
  };
}

function bodyOf({ environment, text, link }: Message, state: State, run: string | null): object {
  const target = link ?? run;
  return {
    state,
    context: `belay/${environment}`,
    description: cut(oneLine(text), DESCRIPTION_LIMIT),
    ...(target ? { target_url: target } : {}),
  };
}

function told({ message, request, status }: HttpFailure): string {
  const cure = [401, 403, 404].includes(status) ? '; the token needs `statuses: write`' : '';
  return `${message} (${request}${status === 0 ? '' : `, ${status}`})${cure}`;
}
