/** How the channels stand: what `belay notify list` and the dashboard show. */
import type { Route } from '../notifiers/notifier.ts';
import type { Store } from '../stores/store.ts';
import type { Ledger, Undeliverable } from './ledger.ts';
import { listLedgers } from './ledger-document.ts';

/** What the configuration says of a channel. */
export interface ConfiguredChannel {
  readonly name: string;
  readonly type: string;
  readonly routes: readonly Route[];
  readonly unavailable: string | null;
}

/** Plain JSON, without secrets. */
export interface ChannelReport {
  readonly name: string;
  /** Null: no longer configured, but the store remembers it. */
  readonly type: string | null;
  /** Why it cannot be told from here. */
  readonly unavailable: string | null;
  readonly routes: readonly Route[];
  readonly environments: readonly EnvironmentReport[];
}

export interface EnvironmentReport {
  readonly environment: string;
  /** Number of the last event that was looked at. */
  readonly cursor: number;
  readonly sent: Ledger['sent'];
  readonly waiting: readonly WaitingReport[];
  readonly undeliverable: readonly Undeliverable[];
  /** So many more could not be delivered, earlier. */
  readonly forgotten: number;
}

export interface WaitingReport {
  readonly id: string;
  readonly news: string;
  readonly at: string;
  readonly count: number;
  readonly failures: number;
  /** ISO. */
  readonly due: string;
  /** Null: it waits by a rule, or for its turn. */
  readonly reason: string | null;
}

/** @throws Problem of the store */
export async function reportChannels(
  store: Pick<Store, 'documents'>,
  configured: readonly ConfiguredChannel[],
): Promise<readonly ChannelReport[]> {
  const ledgers = await listLedgers(store);
  const names = [...new Set([...configured.map(({ name }) => name), ...ledgers.map(({ channel }) => channel)])];
  return names.map((name) => {
    const known = configured.find((one) => one.name === name);
    return {
      name,
      type: known?.type ?? null,
      unavailable: known?.unavailable ?? null,
      routes: known?.routes ?? [],
      environments: ledgers
        .filter(({ channel }) => channel === name)
        .map(({ environment, ledger }) => environmentReport(environment, ledger)),
    };
  });
}

function environmentReport(environment: string, ledger: Ledger): EnvironmentReport {
  const { cursor, sent, undeliverable, forgotten } = ledger;
  const waiting = ledger.waiting.map(({ id, news, at, count, failures, due, reason }) => {
    return { id, news, at, count, failures, due: new Date(due).toISOString(), reason };
  });
  return { environment, cursor, sent, waiting, undeliverable, forgotten };
}
