/** All channels of all environments: delivers beside a deployment, for a few seconds at its end, or for as long as a server runs. */
import { setTimeout as delay } from 'node:timers/promises';
import type { JournalEvent } from '../core/events.ts';
import type { Channel, Delivering } from './deliver.ts';
import { createLane, deliverTo, type Lane, soonest, type Standing } from './lane.ts';
import { mayBeNews } from './news.ts';
import { createWakeups } from './wakeups.ts';

export interface Outbox {
  /** Something happened: it is delivered beside whatever goes on, never in its way. */
  noticed(event: JournalEvent): void;
  /** Delivers what is due, once. What goes wrong is in the result. */
  deliverDue(environments: readonly string[], signal: AbortSignal): Promise<readonly Standing[]>;
  /** Goes on with what has been noticed until all of it is delivered, or time is up. */
  settle(limitMs: number, signal: AbortSignal): Promise<readonly Standing[]>;
  /** Delivers until the signal is aborted. `environments` are asked for anew each time. */
  deliverForever(environments: () => Promise<readonly string[]>, signal: AbortSignal): Promise<void>;
}

const LOOK_EVERY_MS = 2_000;
/** Behind the time given: for the claims to be let go. */
const LET_GO_MS = 1_000;

export function createOutbox(delivering: Delivering, channels: readonly Channel[]): Outbox {
  const lanes = new Map<string, readonly Lane[]>();
  const stop = new AbortController();
  /** Something was noticed since the last time that all was settled. */
  let unsettled = false;
  /** Each channel has its own, so that one which hangs holds up no other. */
  const lanesOf = (environment: string, from?: number): readonly Lane[] => {
    const known = lanes.get(environment);
    if (known) return known;
    const made = channels.map((channel) => createLane(delivering, channel, environment, from));
    lanes.set(environment, made);
    return made;
  };
  const all = () => [...lanes.values()].flat();
  const standings = () => all().map((lane) => lane.standing());
  const kickAll = (signal: AbortSignal) => Promise.all(all().map((lane) => lane.kick(signal)));

  return {
    deliverDue: (environments, signal) =>
      Promise.all(
        environments.flatMap((environment) =>
          channels.map((channel) => deliverTo(delivering, channel, environment, signal)),
        ),
      ),
    noticed(event) {
      // A channel that is new begins where we first heard of the environment.
      const own = lanesOf(event.environment, event.n - 1);
      unsettled = true;
      if (mayBeNews(event)) for (const lane of own) void lane.kick(stop.signal);
    },
    async settle(limitMs, signal) {
      if (!unsettled) return [];
      unsettled = false;
      const until = delivering.now() + limitMs;
      const timeUp = AbortSignal.any([signal, AbortSignal.timeout(Math.max(1, limitMs))]);
      timeUp.addEventListener('abort', () => stop.abort(), { once: true });
      if (timeUp.aborted) stop.abort();
      for (;;) {
        await endedOr(kickAll(stop.signal), timeUp);
        const wait = soonest(standings(), delivering.now());
        if (wait === null || timeUp.aborted || delivering.now() + wait > until) return standings();
        await delay(wait, undefined, { signal: timeUp }).catch(() => undefined);
      }
    },
    async deliverForever(environments, signal) {
      const wakeups = await createWakeups(delivering.store);
      let working: Promise<unknown> = Promise.resolve();
      while (!signal.aborted) {
        // A store that is away is asked again.
        for (const environment of await environments().catch(() => [])) lanesOf(environment);
        working = kickAll(signal);
        const pause = Math.min(soonest(standings(), delivering.now()) ?? LOOK_EVERY_MS, LOOK_EVERY_MS);
        await wakeups.next(pause, signal);
      }
      await wakeups.end();
      await working;
    },
  };
}

/** What a stopped delivery still has to write down is waited for a moment longer. */
async function endedOr(work: Promise<unknown>, timeUp: AbortSignal): Promise<void> {
  const ended = new AbortController();
  const given = new Promise<void>((resolve) => {
    if (timeUp.aborted) resolve();
    else timeUp.addEventListener('abort', () => resolve(), { signal: ended.signal });
  });
  const late = given.then(() => delay(LET_GO_MS, undefined, { signal: ended.signal })).catch(() => undefined);
  await Promise.race([work, late]);
  ended.abort();
}
