/** Who is told of what happens: beside it, never in its way. Part of the composition root. */
import { hostname } from 'node:os';
import type { Config } from './config/config.ts';
import type { Environment as Surroundings } from './config/environment.ts';
import { describeError } from './core/errors.ts';
import type { JournalEvent } from './core/events.ts';
import { type Channel, type Delivering } from './outbox/deliver.ts';
import type { Outbox } from './outbox/outbox.ts';
import type { ConfiguredChannel } from './outbox/report.ts';
import { channelsOf, hasChannels } from './project-channels.ts';
import type { Store } from './stores/store.ts';
import { bootId, isRunning, self } from './util/processes.ts';
import { createRedactor, type Redactor } from './util/redact.ts';

export interface Telling {
  event(event: JournalEvent): void;
  /** Waits a few seconds at most. Who was not told, and why; null when there is nothing to say. */
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

/** For a command that deploys. Loads nothing where nobody is to be told. */
export async function tellingOf({ config, env, redactor, store, stop }: TellingOptions): Promise<Telling> {
  const hide = (value: string) => redactor.hide(value);
  if (!hasChannels({ config, env, hide })) return SILENT;
  const clean = (text: string) => redactor.clean(text);
  const { outbox } = await notificationsOf({ config, env, store, clean, hide });
  return startTelling(outbox, stop);
}

export async function startTelling(outbox: Outbox, stop: AbortSignal, limitMs = SETTLE_MS): Promise<Telling> {
  const { undeliveredSentence } = await import('./outbox/undelivered-sentence.ts');
  let since = Date.now();
  return {
    event: (event) => outbox.noticed(event),
    async settle() {
      const told = undeliveredSentence(await outbox.settle(limitMs, stop), since);
      since = Date.now();
      return told;
    },
  };
}

/** Everything there is to notify with: for the command line, and for a server that goes on delivering. */
export interface Notifications {
  readonly channels: readonly (Channel & ConfiguredChannel)[];
  readonly outbox: Outbox;
  readonly delivering: Delivering;
  /** Delivers until the signal is aborted, whatever anybody deploys meanwhile. */
  deliverForever(signal: AbortSignal): Promise<void>;
  /** Those of the configuration, and those that only the journal knows. */
  environments(): Promise<readonly string[]>;
}

export interface NotificationsOptions {
  readonly config: Config;
  readonly env: Surroundings;
  readonly store: Store;
  readonly clean: (text: string) => string;
  /** Masks a value in `clean` from now on; without it, in what we say ourselves. */
  readonly hide?: (value: string) => void;
  /** For whoever runs a server: what could not be looked at, redacted. */
  readonly log?: (text: string) => void;
}

export async function notificationsOf(options: NotificationsOptions): Promise<Notifications> {
  const { config, env, store } = options;
  const own = createRedactor();
  const hide = options.hide ?? ((value: string) => own.hide(value));
  const clean = (text: string) => own.clean(options.clean(text));
  const channels = await channelsOf({ config, env, hide });
  const delivering = deliveringOf({ ...options, clean });
  const { createOutbox } = await import('./outbox/outbox.ts');
  const outbox = createOutbox(delivering, channels);
  const environments = async () => {
    const rows = await store.view('environments', {});
    return [...new Set([...Object.keys(config.environments), ...rows.map(({ environment }) => environment)])];
  };
  const notifications: Notifications = {
    channels,
    outbox,
    delivering,
    environments,
    async deliverForever(signal) {
      const { watchRegressions } = await import('./project-regressions.ts');
      const trouble = (error: unknown) => options.log?.(clean(`regressions: ${describeError(error)}`));
      const watching = watchRegressions(notifications, config.review, signal, trouble);
      await Promise.all([outbox.deliverForever(environments, signal), watching]);
    },
  };
  return notifications;
}

function deliveringOf({ config, env, store, clean }: NotificationsOptions): Delivering {
  const me = self();
  const host = hostname();
  let repository: Promise<string | null> | null = null;
  return {
    store,
    clean,
    app: config.app,
    dashboard: config.dashboard?.url ?? null,
    repository: () =>
      (repository ??= import('./project-repository.ts').then(({ repositoryOf }) => repositoryOf(config, env))),
    self: { host, bootId: bootId(), pid: me.pid, pidStart: me.start },
    isAlive: (process) => {
      if (process.host !== host) return null;
      return process.bootId === bootId() && isRunning({ pid: process.pid, start: process.pidStart });
    },
    now: () => Date.now(),
    chance: () => Math.random(),
  };
}
