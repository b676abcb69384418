/** GitHub's deployments: one per deployment of ours, its state as a status, and one for the commit that runs again after a rollback. */
import { createHttp, type Http, HttpFailure } from '../util/http.ts';
import { type Message, type News, type Notifier } from './notifier.ts';
import { failureOf } from './post.ts';
import { cut as cutTo, oneLine } from './wording.ts';

export interface GitHubOptions {
  readonly token: string;
  /** `owner/name`. */
  readonly repository: string;
  /** `https://api.github.com`, without a slash at the end. */
  readonly api: string;
  /** Address of the run that does it, for `log_url`. */
  readonly run: string | null;
}

type State = 'in_progress' | 'success' | 'failure' | 'error' | 'pending' | 'inactive';

/** What is not named here is no state of a deployment. */
const STATES: Readonly<Partial<Record<News, State>>> = {
  started: 'in_progress',
  resumed: 'in_progress',
  succeeded: 'success',
  'rolled-back': 'success',
  failed: 'failure',
  refused: 'failure',
  paused: 'pending',
  stuck: 'error',
};

/** One deployment at GitHub, and the state that it gets. */
interface Told {
  /** How it is found again. */
  readonly key: string;
  readonly environment: string;
  readonly commit: string;
  readonly release: string;
  readonly kind: string;
  readonly state: State;
  readonly text: string;
  readonly url: string | null;
}

/** Of a deployment at GitHub, what we look at. The payload is how one of ours is known again. */
interface Listed {
  readonly id: number;
  readonly payload?: unknown;
}

interface Call {
  readonly http: Http;
  readonly root: string;
  readonly signal: AbortSignal;
}

const REQUEST_LIMIT_MS = 3_000;
/** Anything longer is refused. */
const DESCRIPTION_LIMIT = 140;
const COMMIT = /^[0-9a-f]{40}([0-9a-f]{24})?$/;

export function createGitHubNotifier(options: GitHubOptions): Notifier {
  const http = createHttp({
    base: options.api,
    name: 'GitHub',
    limitMs: REQUEST_LIMIT_MS,
    tries: 2,
    headers: {
      accept: 'application/vnd.github+json',
      authorization: `Bearer ${options.token}`,
      'user-agent': 'belay',
      'x-github-api-version': '2022-11-28',
    },
  });
  const known = new Map<string, number>();
  return {
    name: 'GitHub',
    async look(signal) {
      try {
        await http.json('GET', `/repos/${options.repository}/deployments?per_page=1`, { signal });
      } catch (error) {
        throw explained(error);
      }
    },
    async send(message, signal) {
      const call: Call = { http, root: `/repos/${options.repository}/deployments`, signal };
      try {
        for (const told of toldOf(message)) {
          const id = known.get(told.key) ?? (await findOrCreate(call, told));
          known.set(told.key, id);
          await post(call, id, statusOf(told, options.run));
          if (told.state === 'success') await deactivateOthers(call, told, id);
        }
      } catch (error) {
        signal.throwIfAborted();
        throw explained(error);
      }
    },
  };
}

/** What runs again after a failure is a deployment of its own: its commit is another one. */
function toldOf(message: Message): readonly Told[] {
  const { deployment, code, live, environment, news, text } = message;
  const state = STATES[news];
  if (!state || deployment === null || code === null) return [];
  const url = news === 'failed' || state === 'success' ? (live?.url ?? null) : null;
  const kind = message.kind ?? 'deploy';
  const { release, source } = code;
  const own: Told = { key: deployment, environment, commit: source.commit, release, kind, state, text, url };
  const again: Told[] =
    news === 'failed' && live
      ? [
          {
            ...own,
            key: `${deployment} restored`,
            commit: live.source.commit,
            release: live.release,
            kind: 'rollback',
            state: 'success',
            text: `${live.release} runs again: ${text}`,
          },
        ]
      : [];
  // A folder that is no repository has no commit that GitHub could know.
  return [own, ...again].filter(({ commit }) => COMMIT.test(commit));
}

/** GitHub leaves earlier deployments of an environment active where it is one of production. */
const isProduction = ({ environment }: Told): boolean => environment === 'production';

/** One that another process began, or whose answer was lost, is there already. */
async function findOrCreate(call: Call, told: Told): Promise<number> {
  return (await find(call, told))?.id ?? (await create(call, told)).id;
}

async function find(call: Call, { environment, commit, key }: Told): Promise<Listed | undefined> {
  const listed = await list(call, { environment, sha: commit, per_page: '100' });
  return listed.find((one) => markOf(one) === key);
}

function list({ http, root, signal }: Call, query: Readonly<Record<string, string>>): Promise<readonly Listed[]> {
  return http.json('GET', `${root}?${new URLSearchParams(query)}`, { signal });
}

function markOf({ payload }: Listed): unknown {
  return typeof payload === 'object' && payload !== null ? Reflect.get(payload, 'belay') : undefined;
}

/** Without the two fields GitHub may merge a branch, or wait for checks, instead of making a deployment. */
function create({ http, root, signal }: Call, told: Told): Promise<Listed> {
  const body = {
    ref: told.commit,
    task: told.kind === 'rollback' ? 'rollback' : 'deploy',
    auto_merge: false,
    required_contexts: [],
    environment: told.environment,
    production_environment: isProduction(told),
    description: cut(`${told.release} · ${told.key}`),
    payload: { belay: told.key, release: told.release, kind: told.kind },
  };
  return http.json('POST', root, { body, signal });
}

function statusOf({ state, text, url }: Told, run: string | null) {
  return {
    state,
    description: cut(text),
    auto_inactive: true,
    ...(run === null ? {} : { log_url: run }),
    ...(url !== null && isForOthers(url) ? { environment_url: url } : {}),
  };
}

/** A status said twice does no harm, so that a lost answer is tried again. */
async function post({ http, root, signal }: Call, id: number, body: object): Promise<void> {
  await http.json('POST', `${root}/${id}/statuses`, { body, signal, idempotent: true });
}

async function deactivateOthers(call: Call, told: Told, live: number): Promise<void> {
  if (!isProduction(told)) return;
  const listed = await list(call, { environment: told.environment, per_page: '10' });
  for (const { id } of listed.filter((one) => one.id !== live && markOf(one) !== undefined)) {
    const [latest] = await call.http.json<readonly { state: State }[]>(
      'GET',
      `${call.root}/${id}/statuses?per_page=1`,
      { signal: call.signal },
    );
    if (latest?.state !== 'success') continue;
    // Further ones were made inactive when this one became active.
    return post(call, id, { state: 'inactive', description: cut(`replaced by ${told.release}`) });
  }
}

const cut = (text: string): string => cutTo(oneLine(text), DESCRIPTION_LIMIT);

/** An address of this machine alone leads nobody anywhere. */
function isForOthers(url: string): boolean {
  if (!URL.canParse(url)) return false;
  const { protocol, hostname } = new URL(url);
  return /^https?:$/.test(protocol) && !/^(localhost|127\..*|\[::1?\]|0\.0\.0\.0)$/.test(hostname);
}

function explained(error: unknown): unknown {
  if (!(error instanceof HttpFailure)) return error;
  const told = `${error.message} (${error.request}${error.status === 0 ? '' : `, ${error.status}`})`;
  const cure = [401, 403, 404].includes(error.status) ? '; the token needs `deployments: write`' : '';
  return failureOf(error, () => told + cure);
}
