/** One application: its releases' processes, the router before them, its public port, and who may change them. */
import { Problem } from '../core/errors.ts';
import type { Router } from '../routers/router.ts';
import type { Fence } from '../stores/store.ts';
import { admitFence } from './app-fence.ts';
import type { AppRecord, ProcessRecord } from './daemon-state.ts';
import type { AppState, ProcessSpec } from './protocol.ts';
import type { PublicAddress, PublicListener } from './public-listener.ts';
import { createSupervisedProcess, type RestartPolicy, type SupervisedProcess } from './supervised-process.ts';
import { createTurns } from './turns.ts';

export interface Application {
  state(): Promise<AppState>;
  /** Judges the fence and remembers it. @throws Problem FENCED, STORE_WENT_BACK */
  admit(fence: Fence): void;
  listen(address: PublicAddress): Promise<void>;
  start(fence: Fence, spec: ProcessSpec): Promise<void>;
  stop(fence: Fence, release: string): Promise<void>;
  forget(fence: Fence, release: string): Promise<void>;
  /** Puts shares or a hold in force and on disk. */
  route(change: { shares?: Readonly<Record<string, number>>; holdMs?: number | null }): Promise<void>;
  recover(): Promise<void>;
  /** Everything ends gracefully and comes back with the next daemon. */
  shutdown(): Promise<void>;
  readonly logFiles: () => readonly string[];
}

export interface ApplicationParts {
  readonly name: string;
  readonly record: AppRecord;
  readonly router: Router;
  readonly listener: PublicListener;
  /** Unique on this machine for this home. */
  readonly homeId: string;
  readonly policy: RestartPolicy;
  readonly save: () => void;
  readonly say: (line: string) => void;
}

/** Applications run on this machine and are reached by loopback. */
const HOST = '127.0.0.1';

export function createApplication(parts: ApplicationParts): Application {
  const { name, record, router, listener, save, say } = parts;
  const turns = createTurns();
  const processes = new Map<string, SupervisedProcess>();
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
    return router.apply({ backends, shares: record.shares, holdMs: record.holdMs });
  }

  /** On disk before it is in force: what is seen live is never forgotten. */
  async function saveAndApply(): Promise<void> {
    save();
    await applyTable();
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
    // The newest stands last: growing its share must only take clients from those before it.
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
    await router.drain(release, { requestsMs: its.spec.drainMs, streamsMs: its.spec.streamsMs });
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

  return {
    async state() {
      const table = await router.table();
      const stats = await router.stats();
      const states = record.processes.flatMap(({ spec }) => processes.get(spec.release)?.state() ?? []);
      return { app: name, listen: record.listen, token: record.token, table, processes: states, stats };
    },
    admit(fence) {
      if (admitFence(name, record, fence)) save();
    },
    async listen(address) {
      await listener.open(address);
      record.listen = { ...address };
      save();
    },
    start: (fence, spec) =>
      turns.take(spec.release, async () => {
        // Its turn may come after a long drain, and after somebody has taken over.
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
    async route({ shares = record.shares, holdMs = record.holdMs }) {
      const missing = Object.keys(shares).find((release) => !recordOf(release));
      if (missing !== undefined) throw unknownRelease(name, missing);
      record.shares = Object.fromEntries(Object.entries(shares).filter(([, share]) => share !== 0));
      record.holdMs = holdMs;
      await saveAndApply();
    },
    async recover() {
      await applyTable();
      if (record.listen) listener.reopen(record.listen);
      for (const its of record.processes) void supervise(its).recover();
    },
    async shutdown() {
      listener.close();
      await Promise.all(
        record.processes.map(async ({ spec }) => {
          await router.drain(spec.release, { requestsMs: spec.drainMs, streamsMs: spec.streamsMs });
          await processes.get(spec.release)?.stop();
        }),
      );
      await router.close();
    },
    logFiles: () => record.processes.map(({ spec }) => spec.logFile),
  };
}

function newRecord(spec: ProcessSpec): ProcessRecord {
  return { spec, wanted: true, identity: null, restarts: 0, lastExit: null, startedAt: null, crashLoop: false };
}

function unknownRelease(app: string, release: string): Problem {
  return new Problem('TARGET_FAILED', `Traffic of ${app} cannot go to release ${release}`, {
    why: 'The daemon runs no such release of it.',
    next: 'belay status',
  });
}

function stillRouted(app: string, release: string): Problem {
  return new Problem('TARGET_FAILED', `Release ${release} of ${app} cannot be removed`, {
    why: 'It still has a share of the traffic.',
    next: 'belay status',
  });
}
