/** Lets a release finish what it has, in two phases with limits of their own, and cuts what is left. */
import { setTimeout as delay } from 'node:timers/promises';
import { proxiesOf } from './configuration.ts';
import { tell } from './control-socket.ts';
import { NO_LOAD, type Load } from './server-load.ts';
import { parseSessions, parseStreams } from './sessions.ts';

export interface Draining {
  readonly socket: string;
  readonly name: string;
  readonly slot: string;
  readonly load: () => Promise<ReadonlyMap<string, Load>>;
  readonly limits: { readonly requestsMs: number; readonly streamsMs: number };
}

const LOOK_EVERY_MS = 20;
const CUT_WITHIN_MS = 2_000;

export async function drainSlot(draining: Draining): Promise<{ requests: number; streams: number }> {
  const { socket, name, slot, limits } = draining;
  const { kept, fresh } = proxiesOf(name);
  const both = (command: (server: string) => string) =>
    tell(socket, command(`${kept}/${slot}`), command(`${fresh}/${slot}`));
  const requestsOpen = ({ inFlight, streams }: Load) => inFlight - streams;
  const streamsOpen = ({ streams }: Load) => streams;
  let requests = 0;
  let streams = 0;
  if (!(await untilNone(draining, requestsOpen, limits.requestsMs))) {
    // First, so that what is cut and safe to repeat is asked of the release that is live, and not of this one again.
    await both((server) => `set server ${server} state maint`);
    requests = await cutRequests(draining);
    await untilNone(draining, requestsOpen, CUT_WITHIN_MS);
  }
  if (!(await untilNone(draining, streamsOpen, limits.streamsMs))) {
    streams = ((await draining.load()).get(slot) ?? NO_LOAD).streams;
    await both((server) => `shutdown sessions server ${server}`);
    await untilNone(draining, ({ inFlight }) => inFlight, CUT_WITHIN_MS);
  }
  if (requests > 0) await both((server) => `set server ${server} state ready`);
  return { requests, streams };
}

/** Seen twice: a request that has just been routed may not have reached its server. */
async function untilNone({ load, slot }: Draining, count: (load: Load) => number, limitMs: number): Promise<boolean> {
  const deadline = performance.now() + limitMs;
  for (let none = 0; ;) {
    none = count((await load()).get(slot) ?? NO_LOAD) <= 0 ? none + 1 : 0;
    if (none === 2) return true;
    if (none === 0 && performance.now() >= deadline) return false;
    await delay(none === 0 ? Math.min(LOOK_EVERY_MS, Math.max(0, deadline - performance.now())) : 5);
  }
}

async function cutRequests({ socket, name, slot }: Draining): Promise<number> {
  const { kept, fresh } = proxiesOf(name);
  const backends = new Set([kept, fresh]);
  // Streams last: one that becomes a stream in between is spared.
  const open = parseSessions(await tell(socket, 'show sess'), backends).filter((one) => one.slot === slot);
  const streams = parseStreams(await tell(socket, 'show sess all'));
  const requests = open.filter(({ id }) => !streams.has(id));
  if (requests.length > 0)
    await tellEach(
      socket,
      requests.map(({ id }) => `shutdown session ${id}`),
    );
  return requests.length;
}

/** A line of commands must fit into HAProxy's buffer of 16 KB. */
async function tellEach(socket: string, commands: readonly string[]): Promise<void> {
  for (let from = 0; from < commands.length; from += 200) await tell(socket, ...commands.slice(from, from + 200));
}
