/**
 * A router that is HAProxy: Belay writes its configuration, drives it over its socket and reads every request from it.
 * It outlives us, and what is on disk always says what is in force.
 */
import type { Router, RouteTable } from '../router.ts';
import { checkTable, EMPTY_TABLE } from '../route-table.ts';
import { proxiesOf, type ServerSetting } from './configuration.ts';
import { tell } from './control-socket.ts';
import { drainSlot } from './drain-slot.ts';
import { createEventStream } from './event-stream.ts';
import { createEvidence } from './evidence.ts';
import { createHaproxyFiles } from './haproxy-files.ts';
import { createForeignHost } from './host.ts';
import { keepUp } from './keeper.ts';
import { pathsOf, type Address, type HaproxyOptions } from './options.ts';
import { createHaproxyProcess } from './process.ts';
import { createHaproxyProgram } from './program.ts';
import { putInForce, readEntries, readTable } from './running-table.ts';
import { NO_LOAD, readLoad } from './server-load.ts';
import { parseSessions } from './sessions.ts';
import { changedServers, serversOf } from './settings.ts';
import { assignSlots, slotOf, type Slots } from './slots.ts';
import { slotsIn, tableEntries } from './table-map.ts';

export interface HaproxyRouter extends Router {
  /**
   * Opens the public port: finds the HAProxy of an earlier life, starts one, or reloads the one that runs.
   * @throws Problem TOOL_MISSING, TARGET_FAILED, TARGET_UNREACHABLE
   */
  listen(address: Address): Promise<void>;
  /** New connections wait; open requests go on. */
  pause(): Promise<void>;
  /** Frees the port; open requests go on, and HAProxy ends when the last of them has. */
  handOver(): Promise<void>;
  /** Ends nothing: HAProxy goes on without us, and the next `listen` finds it. */
  leave(): void;
}

const PATIENCE_MS = 30_000;

export function createHaproxyRouter(options: HaproxyOptions): HaproxyRouter {
  const { name, foreign, patienceMs = PATIENCE_MS, keptObservations, say = () => undefined } = options;
  const paths = pathsOf(options);
  const { socket } = paths;
  const running = { socket, name, map: paths.map };
  const proxies = proxiesOf(name);
  const program = createHaproxyProgram(options.program);
  const host = foreign ? createForeignHost(foreign, { name, paths, program }) : createHaproxyProcess(paths, program);
  const files = createHaproxyFiles(options, paths);
  const evidence = createEvidence({ patienceMs, ...(keptObservations === undefined ? {} : { keptObservations }) });
  const events = createEventStream(proxies.ring, { line: evidence.take, broken: evidence.interrupted });
  let keeping = new AbortController();
  let table: RouteTable = EMPTY_TABLE;
  let slots: Slots = new Map();
  let servers: ReadonlyMap<string, ServerSetting> = new Map();
  /** A change of servers failed on its way: how much of it was taken is not known. */
  let uncertain = false;
  /** Whether HAProxy may tell a few requests for many. */
  let toldByFew = false;
  let listening: Address | null = null;
  let lastWorker: number | null = null;
  let nextSweep = 0;
  let last: Promise<unknown> = Promise.resolve();

  /** One change at a time, in the order of asking. */
  function inTurn<T>(work: () => Promise<T>): Promise<T> {
    const mine = last.then(work, work);
    last = mine.catch(() => undefined);
    return mine;
  }

  const load = () => readLoad(socket, name);

  function plan(before: Slots, isBusy: (slot: string) => boolean) {
    slots = assignSlots(before, table.backends, isBusy);
    const settings = serversOf(table, slots, servers);
    const changed = changedServers(servers, settings);
    servers = settings;
    evidence.follow(table, slots);
    toldByFew = !evidence.isKept();
    return { entries: tableEntries(table, slots, toldByFew), changed };
  }

  /** Plans the table and writes it down. */
  function write(before: Slots, isBusy: (slot: string) => boolean, address: Address | null) {
    const { entries, changed } = plan(before, isBusy);
    return { entries, changed, reload: files.write({ listen: address, servers }, entries) };
  }

  /**
   * In force first, then on disk: users come before a restart. Who dies in between leaves files of the table before,
   * which nobody reads in that moment: a restart of ours waits for its turn, the next owner puts its own table in force
   * before it believes any file, and a worker that somebody else has started is given the table again (`look`).
   */
  async function switchOver(at: Address): Promise<void> {
    const left = [...slots.values()].some((release) => table.backends.every((backend) => backend.release !== release));
    // Only a release that has left the table may still be busy.
    const loads = left ? await load() : null;
    const { entries, changed } = plan(slots, (slot) => (loads?.get(slot)?.inFlight ?? 0) > 0);
    const all = uncertain;
    uncertain = true;
    try {
      await putInForce(running, entries, all ? servers : changed);
      uncertain = false;
    } finally {
      // Also when it failed: what is started from the files comes up with the new table.
      files.write({ listen: at, servers }, entries);
    }
  }

  async function follow(from: 'beginning' | 'now'): Promise<void> {
    await events.follow(socket, from);
    lastWorker = events.worker();
  }

  async function look(): Promise<void> {
    const worker = Number(/^Pid: (\d+)/m.exec(await tell(socket, 'show info'))?.[1]);
    if (events.worker() !== worker) {
      await follow(worker === lastWorker ? 'now' : 'beginning');
      // It may have read the files of a moment before the last change.
      await inTurn(async () => {
        if (listening) await putInForce(running, tableEntries(table, slots, toldByFew), servers);
      });
    }
    // A minute after a split nobody asks any more.
    if (toldByFew === evidence.isKept()) await inTurn(async () => (listening ? switchOver(listening) : undefined));
    if (!evidence.isKept() || performance.now() < nextSweep) return;
    nextSweep = performance.now() + Math.min(2_000, patienceMs / 10);
    evidence.look(parseSessions(await tell(socket, 'show sess'), new Set([proxies.kept, proxies.fresh])));
  }

  async function takeOver(address: Address): Promise<void> {
    const entries = await readEntries(running);
    const before = slotsIn(entries);
    const loads = await readLoad(socket, name);
    servers = new Map();
    const written = write(before, (slot) => (loads.get(slot)?.inFlight ?? 0) > 0, address);
    await follow('now');
    await putInForce(running, written.entries, written.changed);
    if (written.reload) await reload();
  }

  async function reload(): Promise<void> {
    await host.reload();
    await follow('beginning');
  }

  async function open(address: Address): Promise<void> {
    if (listening === null && (await host.adopt())) return takeOver(address);
    const isUp = listening !== null && host.isUp();
    const before = listening;
    if (before?.port !== address.port) await options.expectFree?.(address);
    const written = write(slots, () => isUp, address);
    if (!isUp) {
      await host.start();
      return follow('beginning');
    }
    if (!written.reload) return;
    await reload().catch((error: unknown) => {
      // What runs goes on as it was, and so must the files.
      write(slots, () => true, before);
      throw error;
    });
  }

  return {
    kind: 'haproxy',
    listen: (address) =>
      inTurn(async () => {
        if (listening?.host === address.host && listening.port === address.port && host.isUp()) return;
        const first = listening === null;
        await open(address);
        listening = { ...address };
        if (!first) return;
        keeping = new AbortController();
        const { signal } = keeping;
        const restart = () =>
          inTurn(async () => {
            if (signal.aborted || host.isUp()) return;
            await host.start();
            await follow('beginning');
          });
        void keepUp({ isUp: () => host.isUp() || !host.restarts, restart, look, say }, signal);
      }),
    apply: (next) =>
      inTurn(async () => {
        checkTable(next);
        table = structuredClone(next);
        evidence.follow(table, slots);
        if (!listening) return;
        await switchOver(listening);
      }),
    table: async () => (listening ? readTable(running) : table),
    async stats() {
      const loads = listening ? await load() : null;
      return [...slots].map(([slot, release]) => {
        const { inFlight, streams } = loads?.get(slot) ?? NO_LOAD;
        return { release, inFlight, streams, ...evidence.of(release) };
      });
    },
    observations: async (after) => evidence.observations(after),
    async drain(release, limits) {
      const slot = slotOf(slots, release);
      // Shut already: what is open ends by itself, and nobody can look at it any more.
      if (listening === null) await host.ended(limits.requestsMs + limits.streamsMs);
      if (slot === null || listening === null) return { requests: 0, streams: 0 };
      return drainSlot({ socket, name, slot, load, limits });
    },
    pause: () =>
      inTurn(async () => {
        if (listening && host.restarts) await tell(socket, `disable frontend ${proxies.front}`);
      }),
    handOver: () =>
      inTurn(async () => {
        if (listening === null || !host.restarts) return;
        keeping.abort();
        listening = null;
        await host.finish();
      }),
    leave() {
      keeping.abort();
      events.close();
    },
    async close() {
      keeping.abort();
      await inTurn(async () => {
        events.close();
        await host.stop();
        listening = null;
      });
    },
  };
}
