/**
 * The live feed: one tail over the journal for all who watch. The store is looked at only while somebody does, each
 * event is put into words once, and whoever was away goes on exactly where they stood.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { JournalEvent } from '../../core/events.ts';
import type { Store } from '../../stores/store.ts';
import { feedEventOf } from '../views/event.ts';
import { formatPositions, type Positions } from './position.ts';
import type { Viewer } from './viewer.ts';

const PAGE = 500;
/** Whoever missed more than this is told to load the pages anew. */
const MOST_MISSED = 5_000;
const HEARTBEAT_MS = 15_000;
/** So much at once to each, then a moment for it to be taken. */
const PAUSE_BYTES = 128 * 1024;
const PAUSE_MS = 50;
/** How often an environment that was never seen before is looked for. */
const NAMES_MS = 2_000;

export interface FeedOptions {
  readonly store: Store;
  readonly names: () => Promise<readonly string[]>;
  /** How often the store is looked at while somebody watches; what it tells by itself wakes us earlier. */
  readonly pollMs: number;
  /** Told why the store could not be looked at; it is looked at again. */
  readonly log: (text: string) => void;
}

export interface Feed {
  /** From there on, else from now on. */
  watch(viewer: Viewer, from: Positions | null): Promise<void>;
  /** Something that is not in the journal has changed: `health`, `channels`, `log`. */
  tell(event: string, data: unknown, to?: (viewer: Viewer) => boolean): void;
  readonly viewers: ReadonlySet<Viewer>;
  close(): Promise<void>;
}

const text = new TextEncoder();
const frame = (event: string, data: unknown, id?: string): Uint8Array =>
  text.encode(`${id === undefined ? '' : `id: ${id}\n`}event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);

const concerns = ({ wanted }: Viewer, event: JournalEvent): boolean =>
  (wanted.environment === undefined || wanted.environment === event.environment) &&
  (wanted.deployment === undefined || wanted.deployment === event.deployment);

export function createFeed({ store, names, pollMs, log }: FeedOptions): Feed {
  const viewers = new Set<Viewer>();
  const heads = new Map<string, number>();
  let timer: NodeJS.Timeout | undefined;
  let heartbeat: NodeJS.Timeout | undefined;
  let namesAt = Number.NEGATIVE_INFINITY;
  let turn: Promise<void> = Promise.resolve();
  let stopChanges: Promise<(() => Promise<void>) | null> | null = null;
  let closed = false;
  let inTrouble = false;

  async function learnNames(): Promise<void> {
    if (performance.now() - namesAt < NAMES_MS) return;
    const known = await names();
    for (const name of known) if (!heads.has(name)) heads.set(name, namesAt < 0 ? (await store.head(name)).n : 0);
    namesAt = performance.now();
  }

  /** One look: everything that is new, to everybody whom it concerns. */
  async function look(): Promise<void> {
    await learnNames();
    let unpaused = 0;
    for (const [environment, known] of heads) {
      const { n } = await store.head(environment);
      for (let after = known; after < n;) {
        const events = await store.read({ environment, after, limit: PAGE });
        if (events.length === 0) break;
        for (const event of events) {
          after = event.n;
          heads.set(environment, after);
          unpaused += spread(event);
          if (unpaused < PAUSE_BYTES) continue;
          await breathe();
          unpaused = 0;
        }
      }
    }
  }

  /** @returns the bytes that each of them got */
  function spread(event: JournalEvent): number {
    const concerned = [...viewers].filter((viewer) => concerns(viewer, event));
    if (concerned.length === 0) return 0;
    const bytes = frame('journal', feedEventOf(event), formatPositions(heads));
    for (const viewer of concerned) viewer.send(bytes);
    return bytes.length;
  }

  /** A burst is taken by whoever keeps up; nobody is waited for longer than a moment. */
  async function breathe(): Promise<void> {
    const moment = new AbortController();
    const late = delay(PAUSE_MS, undefined, { signal: moment.signal }).catch(() => undefined);
    await Promise.race([Promise.all([...viewers].map((viewer) => viewer.drained())), late]);
    moment.abort();
  }

  /** One after the other, whatever asks for them. */
  function inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = turn.then(work);
    turn = done.then(
      () => undefined,
      () => undefined,
    );
    return done;
  }

  async function lookSafely(): Promise<void> {
    try {
      await look();
      inTrouble = false;
    } catch (error) {
      if (!inTrouble) log(`the live feed cannot read the store: ${String(error)}`);
      inTrouble = true;
    }
  }

  let waiting = false;
  function wake(): void {
    if (waiting || viewers.size === 0) return;
    waiting = true;
    clearTimeout(timer);
    void inTurn(async () => {
      waiting = false;
      await lookSafely();
      if (viewers.size > 0 && !closed) timer = setTimeout(wake, pollMs);
    });
  }

  function begin(): void {
    if (viewers.size === 0) return;
    stopChanges ??= store.changes ? store.changes(wake).catch(() => null) : Promise.resolve(null);
    heartbeat ??= setInterval(() => {
      for (const viewer of viewers) viewer.send(text.encode(': still here\n\n'));
    }, HEARTBEAT_MS);
    wake();
  }

  async function rest(): Promise<void> {
    clearTimeout(timer);
    clearInterval(heartbeat);
    heartbeat = undefined;
    namesAt = Number.NEGATIVE_INFINITY;
    heads.clear();
    const stop = await stopChanges;
    stopChanges = null;
    await stop?.().catch(() => undefined);
  }

  /** False where so much was missed, or the journal is another one, that the pages are better loaded anew. */
  function canCatchUp(at: Positions): boolean {
    const missed = [...heads].map(([name, n]) => n - (at.get(name) ?? 0));
    return missed.every((count) => count >= 0) && missed.reduce((sum, count) => sum + count, 0) <= MOST_MISSED;
  }

  /** What a viewer has missed, up to where everybody else stands; `paced`: no faster than they take it. */
  async function catchUp(viewer: Viewer, at: Map<string, number>, paced: boolean): Promise<void> {
    for (const [environment, n] of heads) {
      for (let after = at.get(environment) ?? 0; after < n && viewer.open;) {
        const events = await store.read({ environment, after, limit: Math.min(PAGE, n - after) });
        if (events.length === 0) break;
        for (const event of events) {
          after = event.n;
          at.set(environment, after);
          if (concerns(viewer, event)) viewer.send(frame('journal', feedEventOf(event), formatPositions(at)));
        }
        if (paced) await viewer.drained();
      }
    }
  }

  /** Among the others from here on: nothing falls between what was caught up with and what comes now. */
  async function join(viewer: Viewer, at: Map<string, number> | null): Promise<void> {
    if (viewers.size === 0) await lookSafely();
    const whole = at === null || canCatchUp(at);
    if (at && whole) await catchUp(viewer, at, false);
    const id = formatPositions(heads);
    // An id alone: where to go on is known before anything happens.
    viewer.send(text.encode(`retry: 1000\nid: ${id}\n\n`));
    if (!whole) viewer.send(frame('reset', {}, id));
    if (viewer.open) viewers.add(viewer);
    begin();
  }

  function leave(viewer: Viewer): void {
    viewers.delete(viewer);
    if (viewers.size === 0) void inTurn(async () => (viewers.size === 0 ? rest() : undefined));
  }

  return {
    viewers,
    async watch(viewer, from) {
      if (closed) return viewer.end();
      viewer.onClose(() => leave(viewer));
      const at = from && new Map(from);
      await inTurn(learnNames);
      // Nobody else waits for one who is slow to catch up.
      if (at && canCatchUp(at)) await catchUp(viewer, at, true);
      await inTurn(() => join(viewer, at));
    },
    tell(event, data, to = () => true) {
      const bytes = frame(event, data);
      for (const viewer of viewers) if (to(viewer)) viewer.send(bytes);
    },
    async close() {
      closed = true;
      for (const viewer of viewers) viewer.end();
      viewers.clear();
      await inTurn(rest);
    },
  };
}
