/** One application: its releases' processes, the router before them, its public port, and who may change them. */
import { describeError } from '../core/errors.ts';
import type { Observations } from '../routers/router.ts';
import type { Fence } from '../stores/store.ts';
import { admitFence } from './app-fence.ts';
import { stillRouted, unknownRelease } from './application-problems.ts';
import { stopping } from './changes.ts';
import type { AppRecord, ProcessRecord } from './daemon-state.ts';
import type { Doorway } from './doorway.ts';
import { EMBEDDED } from './front.ts';
import type { AppState, ProcessSpec, RouterChoice, SplitGuard } from './protocol.ts';
import { awaitObservations } from './await-observations.ts';
import { createGuardWatch } from './split-guard.ts';
import type { PublicAddress } from './public-listener.ts';
import { createSupervisedProcess, type RestartPolicy, type SupervisedProcess } from './supervised-process.ts';
import { createTurns } from './turns.ts';

export interface Application {
  state(): Promise<AppState>;
  /** Judges the fence and remembers it. @throws Problem FENCED, STORE_WENT_BACK */
  admit(fence: Fence): void;
  listen(address: PublicAddress, router?: RouterChoice): Promise<void>;
  start(fence: Fence, spec: ProcessSpec): Promise<void>;
  stop(fence: Fence, release: string): Promise<void>;
  forget(fence: Fence, release: string): Promise<void>;
  /** Puts shares, with their guard, or a hold in force and on disk. */
  route(change: RouteChange): Promise<void>;
  /** Waits at most `waitMs` until there are any. */
  observations(after: string | null, waitMs: number): Promise<Observations>;
  recover(): Promise<void>;
  /** Everything ends gracefully and comes back with the next daemon. */
  shutdown(): Promise<void>;
  readonly logFiles: () => readonly string[];
}

export type RouteChange =
  | { readonly shares: Readonly<Record<string, number>>; readonly guard: SplitGuard | null }
  | { readonly holdMs: number | null };

export interface ApplicationParts {
  readonly name: string;
  readonly record: AppRecord;
  readonly doorway: Doorway;
  /** Unique on this machine for this home. */
  readonly homeId: string;
  readonly policy: RestartPolicy;
  readonly save: () => void;
  readonly say: (line: string) => void;
}

/** Applications run on this machine and are reached by loopback. */
const HOST = '127.0.0.1';

export function createApplication(parts: ApplicationParts): Application {
  const { name, record, doorway, save, say } = parts;
  const turns = createTurns();
  const ending = new AbortController();
  const processes = new Map<string, SupervisedProcess>();
  const guarding = createGuardWatch({
    canTake: (release) => processes.get(release)?.state().state === 'running',
    takeBack,
    say: (line) => say(`${name}: ${line}`),
  });
  const recordOf = (release: string) => record.processes.find(({ spec }) => spec.release === release);

  function supervise(its: ProcessRecord): SupervisedProcess {
    const marker = `${parts.homeId}/${name}/${its.spec.release}`;
    const made = createSupervisedProcess({ record: its, marker, policy: parts.policy, save, say });
    processes.set(its.spec.release, made);
    return made;
  }

  /** A stopped release leaves the table, unless traffic that is held still belongs to it. */
  function applyTable(): Promise<void> {
    const backends = record.processes
      .filter(({ wanted, spec }) => wanted || spec.release in record.shares)
      .map(({ spec }) => ({ release: spec.release, host: HOST, port: spec.port }));
    return doorway.apply({ backends, shares: record.shares, holdMs: record.holdMs });
  }

  /** On disk before it is in force: what is seen live is never forgotten. */
  async function saveAndApply(): Promise<void> {
    save();
    await applyTable();
  }

  /** What had everything stands first when traffic is split: clients move to the others only as those grow. */
  function putFirst(release: string | null): void {
    const its = release === null ? undefined : recordOf(release);
    if (its) record.processes = [its, ...record.processes.filter((other) => other !== its)];
  }

  async function share(shares: AppRecord['shares'], guard: SplitGuard | null): Promise<void> {
    const named = [...Object.keys(shares), ...(guard ? [guard.release] : [])];
    const missing = named.find((release) => !recordOf(release));
    if (missing !== undefined) throw unknownRelease(name, missing);
    putFirst(soleRelease(record.shares));
    record.shares = Object.fromEntries(Object.entries(shares).filter(([, its]) => its !== 0));
    keepGuard(guard);
    await saveAndApply();
  }

  function keepGuard(guard: SplitGuard | null): void {
    if (guard) record.guard = guard;
    else delete record.guard;
    guarding.follow(guard);
  }

  /** The guard lasts until its shares are in force: what could not be put in force is tried again. */
  async function takeBack(guard: SplitGuard): Promise<void> {
    await share({ [guard.release]: 1 }, guard);
    if (record.guard !== guard) return;
    keepGuard(null);
    save();
  }

  function drop(release: string): void {
    processes.delete(release);
    record.processes = record.processes.filter(({ spec }) => spec.release !== release);
  }

  async function startNow(spec: ProcessSpec): Promise<void> {
    const known = recordOf(spec.release);
    if (known?.wanted && processes.get(spec.release)?.state().state === 'running') return;
    const its = known ?? newRecord(spec);
    its.spec = spec;
    its.wanted = true;
    // The newest stands last: growing its share must only take clients from those before it. One that shares keeps its place.
    if (!(spec.release in record.shares) || !known)
      record.processes = [...record.processes.filter((other) => other !== its), its];
    save();
    try {
      await (processes.get(spec.release) ?? supervise(its)).start();
    } catch (error) {
      if (known) its.wanted = false;
      else drop(spec.release);
      save();
      throw error;
    }
    await applyTable();
  }

  async function stopNow(fence: Fence, release: string): Promise<void> {
    const its = recordOf(release);
    const running = processes.get(release);
    if (!its || !running || running.state().state === 'stopped') return;
    its.wanted = false;
    await saveAndApply();
    await doorway.router().drain(release, { requestsMs: its.spec.drainMs, streamsMs: its.spec.streamsMs });
    try {
      // Draining takes its time: somebody may have taken over meanwhile and want this release.
      admitFence(name, record, fence);
    } catch (error) {
      its.wanted = true;
      await saveAndApply();
      throw error;
    }
    await running.stop();
  }

  /** A router that does not answer must not keep the rest from ending. */
  async function endWithout(work: Promise<unknown>): Promise<void> {
    await work.catch((error: unknown) => say(`${name}: ${describeError(error)}`));
  }

  return {
    async state() {
      const router = doorway.router();
      const [table, stats] = await Promise.all([router.table(), router.stats()]);
      const states = record.processes.flatMap(({ spec }) => processes.get(spec.release)?.state() ?? []);
      return {
        app: name,
        router: doorway.kind(),
        listen: record.listen,
        token: record.token,
        table,
        guard: record.guard ?? null,
        processes: states,
        stats,
      };
    },
    admit(fence) {
      if (admitFence(name, record, fence)) save();
    },
    async listen({ host, port }, router = EMBEDDED) {
      await doorway.open({ host, port }, router);
      record.listen = { host, port };
      record.router = router;
      save();
    },
    start: (fence, spec) =>
      turns.take(spec.release, async () => {
        // Its turn may come after a long drain, after somebody has taken over, and after the end has begun.
        if (ending.signal.aborted) throw stopping();
        admitFence(name, record, fence);
        await startNow(spec);
      }),
    stop: (fence, release) => turns.take(release, () => stopNow(fence, release)),
    forget: (fence, release) =>
      turns.take(release, async () => {
        if (release in record.shares) throw stillRouted(name, release);
        await stopNow(fence, release);
        drop(release);
        await saveAndApply();
      }),
    async route(change) {
      if ('shares' in change) return share(change.shares, change.guard);
      record.holdMs = change.holdMs;
      await saveAndApply();
    },
    observations: (after, waitMs) =>
      guarding.watched(() => awaitObservations(doorway.router, { after, waitMs, signal: ending.signal })),
    async recover() {
      await applyTable();
      if (record.listen) doorway.reopen(record.listen);
      for (const its of record.processes) void supervise(its).recover();
      guarding.follow(record.guard ?? null);
    },
    async shutdown() {
      ending.abort();
      guarding.end();
      await endWithout(doorway.shut());
      await Promise.all(
        record.processes.map(async ({ spec }) => {
          const limits = { requestsMs: spec.drainMs, streamsMs: spec.streamsMs };
          await endWithout(doorway.router().drain(spec.release, limits));
          await processes.get(spec.release)?.stop();
        }),
      );
      await endWithout(doorway.close());
    },
    logFiles: () => record.processes.map(({ spec }) => spec.logFile),
  };
}

function soleRelease(shares: AppRecord['shares']): string | null {
  const [first, ...others] = Object.keys(shares);
  return first === undefined || others.length > 0 ? null : first;
}

function newRecord(spec: ProcessSpec): ProcessRecord {
  return { spec, wanted: true, identity: null, restarts: 0, lastExit: null, startedAt: null, crashLoop: false };
}
