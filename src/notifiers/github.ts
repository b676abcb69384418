/** GitHub's deployments: one per deployment of ours, its state as a status, and one for the commit that runs again after a rollback. */
import { createHttp, type Http, HttpFailure } from '../util/http.ts';
import type { Message, News, Notifier } from './notifier.ts';

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

const STATES: Readonly<Record<News, State>> = {
  begun: 'in_progress',
  committed: 'success',
  restored: 'success',
  'rolled-back': 'failure',
  refused: 'failure',
  paused: 'pending',
  stuck: 'error',
};

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
    async send(message, signal) {
      // A folder that is no repository has no commit that GitHub could know.
      if (!COMMIT.test(message.source.commit)) return;
      const call: Call = { http, root: `/repos/${options.repository}/deployments`, signal };
      try {
        const id = known.get(keyOf(message)) ?? (await findOrCreate(call, message));
        known.set(keyOf(message), id);
        await post(call, id, statusOf(message, options.run));
        if (STATES[message.news] === 'success') await deactivateOthers(call, message, id);
      } catch (error) {
        throw explained(error);
      }
    },
  };
}

const keyOf = ({ deployment, news }: Message): string => (news === 'restored' ? `${deployment} restored` : deployment);

/** GitHub leaves earlier deployments of an environment active where it is one of production. */
const isProduction = ({ environment }: Message): boolean => environment === 'production';

/** One that another process began, or whose answer was lost, is there already: only a new one is certain not to be. */
async function findOrCreate(call: Call, message: Message): Promise<number> {
  const found = message.news === 'begun' ? undefined : await find(call, message);
  return found?.id ?? (await create(call, message)).id;
}

async function find(call: Call, message: Message): Promise<Listed | undefined> {
  const listed = await list(call, { environment: message.environment, sha: message.source.commit, per_page: '100' });
  return listed.find((one) => markOf(one) === keyOf(message));
}

function list({ http, root, signal }: Call, query: Readonly<Record<string, string>>): Promise<readonly Listed[]> {
  return http.json('GET', `${root}?${new URLSearchParams(query)}`, { signal });
}

function markOf({ payload }: Listed): unknown {
  return typeof payload === 'object' && payload !== null ? Reflect.get(payload, 'belay') : undefined;
}

/** Without the two fields GitHub may merge a branch, or wait for checks, instead of making a deployment. */
function create({ http, root, signal }: Call, message: Message): Promise<Listed> {
  const back = message.news === 'restored' || message.kind === 'rollback';
  const body = {
    ref: message.source.commit,
    task: back ? 'rollback' : 'deploy',
    auto_merge: false,
    required_contexts: [],
    environment: message.environment,
    production_environment: isProduction(message),
    description: cut(`${message.release} · ${message.deployment}`),
    payload: { belay: keyOf(message), release: message.release, kind: message.kind },
  };
  return http.json('POST', root, { body, signal });
}

function statusOf(message: Message, run: string | null) {
  const { url } = message;
  return {
    state: STATES[message.news],
    description: cut(message.text),
    auto_inactive: true,
    ...(run === null ? {} : { log_url: run }),
    ...(url !== null && isForOthers(url) ? { environment_url: url } : {}),
  };
}

/** A status said twice does no harm, so that a lost answer is tried again. */
async function post({ http, root, signal }: Call, id: number, body: object): Promise<void> {
  await http.json('POST', `${root}/${id}/statuses`, { body, signal, idempotent: true });
}

async function deactivateOthers(call: Call, message: Message, live: number): Promise<void> {
  if (!isProduction(message)) return;
  const listed = await list(call, { environment: message.environment, per_page: '10' });
  for (const { id } of listed.filter((one) => one.id !== live && markOf(one) !== undefined)) {
    const [latest] = await call.http.json<readonly { state: State }[]>(
      'GET',
      `${call.root}/${id}/statuses?per_page=1`,
      { signal: call.signal },
    );
    if (latest?.state !== 'success') continue;
    // Further ones were made inactive when this one became active.
    return post(call, id, { state: 'inactive', description: cut(`replaced by ${message.release}`) });
  }
}

function cut(text: string): string {
  const line = text.replaceAll(/\s+/g, ' ');
  return line.length <= DESCRIPTION_LIMIT ? line : `${line.slice(0, DESCRIPTION_LIMIT - 1)}…`;
}

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
  return new Error(told + cure, { cause: error });
}
