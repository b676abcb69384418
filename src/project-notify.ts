/** Who is told what became of a deployment: beside it, never in its way. Part of the composition root. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Config } from './config/config.ts';
import type { Environment as Surroundings } from './config/environment.ts';
import { describeError } from './core/errors.ts';
import type { JournalEvent } from './core/events.ts';
import { isNews, newsOf } from './core/news.ts';
import type { Message, Notifier } from './notifiers/notifier.ts';
import type { Store } from './stores/store.ts';
import type { Redactor } from './util/redact.ts';

export interface Telling {
  event(event: JournalEvent): void;
  /** Waits a few seconds at most. Who was not told, and why, once; null when there is nothing to say. */
  settle(): Promise<string | null>;
}

export interface TellingOptions {
  readonly config: Config;
  readonly env: Surroundings;
  readonly redactor: Redactor;
  readonly store: Store;
  /** The operator waits for nothing any more. */
  readonly stop: AbortSignal;
}

const SETTLE_MS = 5_000;
const SILENT: Telling = { event: () => undefined, settle: () => Promise.resolve(null) };

/** Loads a notifier only where somebody is to be told. */
export async function tellingOf(options: TellingOptions): Promise<Telling> {
  const { config, env, redactor, store, stop } = options;
  const { github } = config;
  const secret = github?.token ?? null;
  const token = secret === null ? env.variable('GITHUB_TOKEN') : secret.available() && secret.reveal();
  const repository = github?.repository ?? env.variable('GITHUB_REPOSITORY');
  if (secret && !token) return mute(`GitHub was not told: ${secret.hint()}`);
  if (secret && !repository) return mute('GitHub was not told: set GITHUB_REPOSITORY, or github.repository');
  if (!token || !repository) return SILENT;
  redactor.hide(token);
  const api = (github?.api ?? env.variable('GITHUB_API_URL') ?? 'https://api.github.com').replace(/\/$/, '');
  const { createGitHubNotifier } = await import('./notifiers/github.ts');
  const notifier = createGitHubNotifier({ token, repository, api, run: env.github?.run ?? null });
  return startTelling(store, [notifier], (text) => redactor.clean(text), stop);
}

/** Configured, and impossible: said at the end of whatever would have been told. */
function mute(why: string): Telling {
  let missed = false;
  return {
    event: (event) => void (missed ||= isNews(event)),
    settle: async () => (missed ? why : null),
  };
}

/** Messages leave one after the other, in the order of their events. */
export function startTelling(
  store: Store,
  notifiers: readonly Notifier[],
  clean: (text: string) => string,
  now: AbortSignal,
  limitMs = SETTLE_MS,
): Telling {
  const stop = new AbortController();
  const signal = AbortSignal.any([stop.signal, now]);
  let queue: Promise<void> = Promise.resolve();
  let trouble: string | null = null;
  const tell = async (messages: Promise<readonly Message[]>): Promise<void> => {
    try {
      for (const message of await messages) for (const notifier of notifiers) await sendBy(notifier, message, signal);
    } catch (error) {
      trouble ??= clean(describeError(error));
    }
  };
  return {
    event(event) {
      if (!isNews(event)) return;
      // Read now: by the time its turn comes, something else may be live.
      const messages = newsOf(store, event);
      // Awaited in its turn, and by then it may have failed long ago.
      messages.catch(() => undefined);
      queue = queue.then(() => tell(messages));
    },
    async settle() {
      if (!signal.aborted && !(await within(limitMs, queue))) {
        stop.abort();
        trouble ??= `${notifiers.map(({ name }) => name).join(', ')} was not told in time: no answer within ${limitMs} ms`;
      }
      const told = trouble;
      trouble = null;
      return told;
    },
  };
}

async function within(limitMs: number, work: Promise<void>): Promise<boolean> {
  const limit = new AbortController();
  const late = delay(limitMs, false, { signal: limit.signal }).catch(() => false);
  const inTime = await Promise.race([work.then(() => true), late]);
  limit.abort();
  return inTime;
}

async function sendBy(notifier: Notifier, message: Message, signal: AbortSignal): Promise<void> {
  try {
    signal.throwIfAborted();
    await notifier.send(message, signal);
  } catch (cause) {
    throw new Error(
      `${notifier.name} was not told that ${message.deployment} is ${message.news}: ${describeError(cause)}`,
      {
        cause,
      },
    );
  }
}
