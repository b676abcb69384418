/** What a person does with notifications: try a channel, see how all stand, send what waits. Part of the composition root. */
import { describeError, Problem } from './core/errors.ts';
import type { Message } from './notifiers/notifier.ts';
import type { Channel } from './outbox/deliver.ts';
import { dashboardLink } from './outbox/links.ts';
import { announce, newLedger, retryAll } from './outbox/ledger.ts';
import { changeLedger, listLedgers } from './outbox/ledger-document.ts';
import { type Regression, regressionMessage } from './outbox/regression.ts';
import { type ChannelReport, type ConfiguredChannel, reportChannels } from './outbox/report.ts';
import { decide } from './outbox/route.ts';
import { hasChannels } from './project-channels.ts';
import { type Notifications, notificationsOf, type NotificationsOptions } from './project-notify.ts';
import { suggest } from './util/suggest.ts';

export type { ChannelReport, EnvironmentReport } from './outbox/report.ts';

export interface Tested {
  readonly channel: string;
  readonly type: string;
  /** Who answered, as a person knows it; null: nobody could be asked. */
  readonly receiver: string | null;
  readonly accepted: boolean;
  /** Why not; null when it was. */
  readonly reason: string | null;
  /** Nothing was sent, only looked whether it would be taken. */
  readonly onlyLooked: boolean;
}

/** Of what metrics have found, what a message tells. */
export type Slower = Omit<Regression, 'app' | 'link'>;

const TEST_LIMIT_MS = 10_000;
const FLUSH_LIMIT_MS = 20_000;
const TELL_LIMIT_MS = 5_000;

/** The named one, else all. @throws Problem USAGE when there is none */
export function channelsMeant({ channels }: Notifications, name: string | undefined): Notifications['channels'] {
  const names = channels.map((channel) => channel.name);
  if (names.length === 0)
    throw new Problem('USAGE', 'Nobody is to be told', {
      why: 'the configuration names no channel',
      next: 'belay config explain notify.channels',
    });
  if (name === undefined) return channels;
  const found = channels.filter((channel) => channel.name === name);
  if (found.length > 0) return found;
  const near = suggest(name, names);
  throw new Problem('USAGE', `There is no channel ${name}`, {
    why: `the configuration has ${names.join(', ')}${near ? `; did you mean ${near}?` : ''}`,
    next: 'belay notify list',
  });
}

/** Sends a message that says that it is a test, past the outbox, and waits for each answer. */
export async function testChannels(
  notifications: Notifications,
  channels: readonly (Channel & ConfiguredChannel)[],
  test: { readonly id: string; readonly environment: string; readonly actor: string },
): Promise<readonly Tested[]> {
  const message = testMessage(notifications, test);
  return Promise.all(channels.map((channel) => tested(notifications, channel, message)));
}

async function tested(
  { delivering }: Notifications,
  { name, type, notifier, unavailable }: Channel & ConfiguredChannel,
  message: Message,
): Promise<Tested> {
  const onlyLooked = notifier?.look !== undefined;
  const result = { channel: name, type, receiver: notifier?.name ?? null, onlyLooked };
  if (notifier === null) return { ...result, accepted: false, reason: unavailable };
  const signal = AbortSignal.timeout(TEST_LIMIT_MS);
  try {
    await (notifier.look ? notifier.look(signal) : notifier.send(message, signal));
    return { ...result, accepted: true, reason: null };
  } catch (error) {
    const late = `no answer within ${TEST_LIMIT_MS / 1_000} s`;
    return { ...result, accepted: false, reason: signal.aborted ? late : delivering.clean(describeError(error)) };
  }
}

function testMessage(
  { delivering }: Notifications,
  { id, environment, actor }: { readonly id: string; readonly environment: string; readonly actor: string },
): Message {
  return {
    id: `test-${id}`,
    news: 'test',
    severity: 'info',
    at: new Date(delivering.now()).toISOString(),
    app: delivering.app,
    environment,
    deployment: null,
    kind: null,
    code: null,
    actor,
    durationMs: null,
    text: 'This is a test: nothing was deployed. Messages of belay arrive here.',
    failure: null,
    evidence: null,
    live: null,
    next: null,
    link: dashboardLink(delivering.dashboard, null),
    count: 1,
  };
}

/** How all channels stand, also those that only the store remembers. @throws Problem of the store */
export function listChannels({ delivering, channels }: Notifications): Promise<readonly ChannelReport[]> {
  return reportChannels(delivering.store, channels);
}

/** Tries again what was given up. @throws Problem of the store */
export async function retryChannels({ delivering }: Notifications, names: readonly string[]): Promise<void> {
  const { store, now } = delivering;
  for (const name of (await listLedgers(store)).filter(({ channel }) => names.includes(channel)))
    await changeLedger(
      store,
      name,
      () => Promise.resolve(name.ledger),
      (ledger) => retryAll(ledger, now()),
    );
}

/**
 * Has told what is not in the journal, by the same rules and with the same patience; each id once.
 * It leaves with the next delivery. @throws Problem of the store
 */
export async function announceMessage({ delivering, channels }: Notifications, message: Message): Promise<void> {
  const { store, now } = delivering;
  const { environment } = message;
  for (const { name, routes } of channels) {
    const decision = decide(routes, message, now());
    if (decision === null) continue;
    const begin = async () => newLedger((await store.head(environment)).n);
    await changeLedger(store, { channel: name, environment }, begin, (ledger) =>
      announce(ledger, message, decision, now()),
    );
  }
}

/** Has told of a step that has become slower: once for each release that it began with. @throws Problem of the store */
export async function announceRegression(notifications: Notifications, found: Slower): Promise<void> {
  const { app, dashboard } = notifications.delivering;
  const { environment, series, text, at, release } = found;
  const link = dashboard === null ? null : `${dashboard}/metrics`;
  await announceMessage(notifications, regressionMessage({ app, environment, series, text, at, release, link }));
}

/** Sends what is due, once, within a few seconds. */
export async function flushChannels(notifications: Notifications, limitMs = FLUSH_LIMIT_MS): Promise<void> {
  await notifications.outbox.deliverDue(await notifications.environments(), AbortSignal.timeout(limitMs));
}

/** For a command that has written into the journal and opened the project only to look. Who was not told, or null. */
export async function tellDue(options: NotificationsOptions, limitMs = TELL_LIMIT_MS): Promise<string | null> {
  if (!hasChannels({ ...options, hide: () => undefined })) return null;
  const { undeliveredSentence } = await import('./outbox/undelivered-sentence.ts');
  const { outbox, environments } = await notificationsOf(options);
  const since = Date.now();
  const standings = await outbox.deliverDue(await environments(), AbortSignal.timeout(limitMs));
  return undeliveredSentence(standings, since);
}
