/** The live feed: one connection a tab, closed while nobody looks, gone on with where it stood. */
import type { QueryClient } from '@tanstack/react-query';
import { useSyncExternalStore } from 'react';
import type { FeedEvent } from '../../src/server/api/feed.ts';
import { address, withQuery } from './api.ts';
import { applyChange, applyEvent } from './feed-effects.ts';

export interface FeedState {
  readonly status: 'connecting' | 'live' | 'down';
  /** Since when, in milliseconds since 1970. */
  readonly since: number;
}

/** What changed besides the record. */
interface Changed {
  readonly what: string;
}

/** Browsers open six connections to a server: a tab in the background must not keep one. */
const HIDDEN_MS = 10_000;
const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 10_000;

let state: FeedState = { status: 'connecting', since: Date.now() };
const listeners = new Set<() => void>();

function become(status: FeedState['status']): void {
  if (state.status === status) return;
  state = { status, since: Date.now() };
  for (const listener of listeners) listener();
}

export function useFeed(): FeedState {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => state,
  );
}

/** One connection at a time, opened again after a while when it breaks. */
function connection(client: QueryClient) {
  let source: EventSource | null = null;
  let position: string | null = null;
  let wait = FIRST_WAIT_MS;
  let timer: ReturnType<typeof setTimeout> | undefined;

  const close = () => {
    clearTimeout(timer);
    source?.close();
    source = null;
  };
  const closeIn = (ms: number) => {
    timer = setTimeout(close, ms);
  };
  const opened = () => {
    wait = FIRST_WAIT_MS;
    // What happened while nobody listened is asked for once; from here on events tell.
    if (position !== null || state.status === 'down') void client.invalidateQueries();
    become('live');
  };
  const broken = () => {
    become('down');
    close();
    // We try again ourselves: a browser gives up for good when the server answers with a refusal.
    timer = setTimeout(open, wait);
    wait = Math.min(LONGEST_WAIT_MS, wait * 2);
  };
  const open = () => {
    clearTimeout(timer);
    if (source !== null) return;
    source = new EventSource(address(withQuery('/events', { from: position })));
    source.addEventListener('open', opened);
    source.addEventListener('error', broken);
    source.addEventListener('reset', () => void client.invalidateQueries());
    source.addEventListener('changed', (message) => applyChange(client, read<Changed>(message).what));
    source.addEventListener('journal', (message) => {
      position = message.lastEventId || position;
      applyEvent(client, read<FeedEvent>(message));
    });
  };
  return { open, close, closeIn };
}

const read = <T>(message: MessageEvent): T => JSON.parse(message.data as string) as T;

/** Listens until the returned function is called. */
export function startFeed(client: QueryClient): () => void {
  const { open, close, closeIn } = connection(client);
  const look = () => (document.hidden ? closeIn(HIDDEN_MS) : open());
  const lost = () => {
    become('down');
    close();
  };
  open();
  document.addEventListener('visibilitychange', look);
  window.addEventListener('online', open);
  window.addEventListener('offline', lost);
  return () => {
    close();
    document.removeEventListener('visibilitychange', look);
    window.removeEventListener('online', open);
    window.removeEventListener('offline', lost);
  };
}
