/** All applications of one home: what the protocol's verbs do. */
import { Problem } from '../core/errors.ts';
import type { Fence } from '../stores/store.ts';
import { createApplication, type Application } from './application.ts';
import { createChanges } from './changes.ts';
import { readState, writeState, type AppRecord } from './daemon-state.ts';
import { createDoorway } from './doorway.ts';
import { EMBEDDED, type CreateFront } from './front.ts';
import type { DaemonClient } from './protocol.ts';
import type { RestartPolicy } from './supervised-process.ts';

export interface SupervisorOptions {
  readonly home: string;
  /** Short name of the home, unique on this machine. */
  readonly homeId: string;
  readonly version: string;
  readonly policy: RestartPolicy;
  readonly createFront: CreateFront;
  readonly say: (line: string) => void;
  /** Called by the `shutdown` verb; must not wait for the call to be answered. */
  readonly onShutdown: () => void;
}

export interface Supervisor {
  readonly verbs: DaemonClient;
  recover(): Promise<void>;
  shutdown(): Promise<void>;
  logFiles(): readonly string[];
}

/** A HAProxy is checked and started within this time, as a rule. */
const CHANGES_END_MS = 20_000;

/** @throws Problem FORMAT_NEWER, TARGET_FAILED when the state on disk cannot be used */
export function createSupervisor(options: SupervisorOptions): Supervisor {
  const { home, say } = options;
  const state = readState(home);
  const startedAt = new Date().toISOString();
  const applications = new Map<string, Application>();
  const save = () => writeState(home, state);
  const changes = createChanges();

  function host(name: string, record: AppRecord): Application {
    const { homeId, policy, createFront } = options;
    const doorway = createDoorway({ app: name, choice: record.router ?? EMBEDDED, createFront, say });
    const made = createApplication({ name, record, doorway, homeId, policy, save, say });
    applications.set(name, made);
    return made;
  }

  /** The application, made if it is new, after the caller's right to change it was judged. */
  function admitted(name: string, fence: Fence): Application {
    const known = applications.get(name);
    if (known) {
      known.admit(fence);
      return known;
    }
    const record: AppRecord = { ...fence, listen: null, shares: {}, holdMs: null, processes: [] };
    state.apps[name] = record;
    save();
    return host(name, record);
  }

  const verbs: DaemonClient = {
    info: async () => ({
      pid: process.pid,
      version: options.version,
      startedAt,
      rssBytes: process.memoryUsage.rss(),
      apps: [...applications.keys()],
    }),
    app: async (name) => (await applications.get(name)?.state()) ?? null,
    listen: (name, fence, address) => changes.take(() => admitted(name, fence).listen(address, address.router)),
    start: (name, fence, spec) => changes.take(() => admitted(name, fence).start(fence, spec)),
    // These drain for as long as their limits allow, and so would the end of the daemon: it waits for neither twice.
    stop: async (name, fence, release) => admitted(name, fence).stop(fence, release),
    forget: async (name, fence, release) => admitted(name, fence).forget(fence, release),
    route: (name, fence, shares, guard) =>
      changes.take(() => admitted(name, fence).route({ shares, guard: guard ?? null })),
    observations: async (name, after, waitMs) => {
      const its = applications.get(name);
      if (!its) throw unknownApplication(name);
      return its.observations(after, waitMs);
    },
    hold: (name, fence, maxMs) => changes.take(() => admitted(name, fence).route({ holdMs: maxMs })),
    resume: (name, fence) => changes.take(() => admitted(name, fence).route({ holdMs: null })),
    shutdown: async () => options.onShutdown(),
  };

  return {
    verbs,
    async recover() {
      for (const [name, record] of Object.entries(state.apps)) await host(name, record).recover();
    },
    async shutdown() {
      // What is half started would be left behind: nobody would know that it runs.
      await changes.end(CHANGES_END_MS);
      await Promise.all([...applications.values()].map((application) => application.shutdown()));
    },
    logFiles: () => [...applications.values()].flatMap((application) => application.logFiles()),
  };
}

function unknownApplication(name: string): Problem {
  return new Problem('TARGET_FAILED', `The daemon runs no application ${name}`, {
    why: 'Nothing of it was ever started here.',
    next: 'belay status',
  });
}
