/**
 * One holder at work on one deployment: the lease, the journal behind it, and the state they add up to.
 * Every event goes through here, and an event that says "done" waits for the next intent, so that a
 * step costs one durable write (J2).
 */
import type { Fence, HolderRequest } from '../stores/store.ts';
import { isProblem, Problem } from './errors.ts';
import type { EventData, EventKind, JournalEvent, NewEvent } from './events.ts';
import type { ChainHead } from './journal.ts';
import { fenced } from './lease.ts';
import type { Unfinished } from './behind-commit.ts';
import type { Environment, Heartbeat, Runtime } from './runtime.ts';
import { applyEvent, type DeploymentState } from './state.ts';

const FIRST_RETRY_MS = 100;
const LONGEST_RETRY_MS = 2_000;
const ASK_EVERY_MS = 1_000;

export class Session {
  readonly runtime: Runtime;
  readonly environment: Environment;
  readonly fence: Fence;
  readonly heartbeat: Heartbeat;
  /** When this session took the lease: requests of a dead holder may land for a while after it. */
  readonly takenAt: number;
  /** When the answer of a step was lost, by step; steps of an earlier session count from `takenAt`. */
  readonly unheard = new Map<string, number>();
  /** Steps whose failure is the target's own, definite answer, heard by this very process. */
  readonly answered = new Set<string>();
  /** Schema versions that were told already, by target. */
  readonly mismatched = new Set<string>();
  /** Aborted when somebody asks to abort: cuts off what is on its way forward. */
  readonly stopForward = new AbortController();
  /** Events that become durable together with the next commit, made at its time. */
  readonly alongCommit: (() => NewEvent)[] = [];
  /** What is left behind a commit, because the store went away after it. */
  unfinished: Unfinished | null = null;
  #askedAt = Number.NEGATIVE_INFINITY;
  #head: ChainHead | null = null;
  #state: DeploymentState | null = null;
  readonly #waiting: NewEvent[] = [];
  #lastTurn: Promise<void> = Promise.resolve();

  constructor(parts: Pick<Session, 'runtime' | 'environment' | 'fence' | 'heartbeat' | 'takenAt'>) {
    this.runtime = parts.runtime;
    this.environment = parts.environment;
    this.fence = parts.fence;
    this.heartbeat = parts.heartbeat;
    this.takenAt = parts.takenAt;
  }

  /** The deployment under way. */
  get state(): DeploymentState {
    if (!this.#state) throw new Error('no deployment is open in this session');
    return this.#state;
  }

  /** Goes on with a deployment that is in the journal already, or (null) leaves it. */
  adopt(state: DeploymentState | null): void {
    this.#state = state;
  }

  event<K extends EventKind>(kind: K, data: EventData[K], deployment?: string | null): NewEvent {
    const { runtime } = this;
    return {
      id: runtime.newId(),
      kind,
      deployment: deployment === undefined ? (this.#state?.id ?? null) : deployment,
      actor: runtime.actor,
      at: runtime.clock.wall().toISOString(),
      data,
    } as NewEvent;
  }

  /** Writes the events durably, behind those that were deferred. Steps side by side take turns, so that nothing is written twice. */
  append(...events: readonly NewEvent[]): Promise<void> {
    const turn = this.#lastTurn.then(() => this.#flush(events));
    this.#lastTurn = turn.catch(() => undefined);
    return turn;
  }

  async #flush(events: readonly NewEvent[]): Promise<void> {
    const deferred = this.#waiting.length;
    const batch = [...this.#waiting, ...events];
    if (batch.length === 0) return;
    const written = await this.#write(batch);
    // What was deferred while this was being written waits for the next.
    this.#waiting.splice(0, deferred);
    const last = written.at(-1);
    if (last) this.#head = { n: last.n, hash: last.hash };
    for (const event of written) {
      if (!this.#applied.has(event.id)) this.#apply(event);
      this.#applied.delete(event.id);
      this.runtime.emit({ type: 'event', event });
    }
  }

  /** Counts at once, becomes durable with the next `append`: a result is safe to lose, since it can be found again. */
  defer(event: NewEvent): void {
    this.#waiting.push(event);
    this.#applied.add(event.id);
    this.#apply({ ...event, environment: this.environment.name } as JournalEvent);
  }

  readonly #applied = new Set<string>();

  #apply(event: JournalEvent): void {
    if (event.kind === 'deployment.opened') this.#state = applyEvent(null, event);
    else if (event.deployment !== null && event.deployment === this.#state?.id) {
      this.#state = applyEvent(this.#state, event);
    }
  }

  /** A store that is away is asked again while there is lease left; what it may have written is found by its ids. */
  async #write(batch: readonly NewEvent[]): Promise<readonly JournalEvent[]> {
    const { clock, store } = this.runtime;
    for (let wait = FIRST_RETRY_MS; ; wait = Math.min(wait * 2, LONGEST_RETRY_MS)) {
      try {
        return await store.append(this.fence, batch);
      } catch (error) {
        if (isProblem(error, 'FENCED')) throw fenced();
        if (!isProblem(error) || error.retry !== 'later') throw error;
        if (clock.now() + wait >= this.heartbeat.deadline()) throw storeGone(error);
        this.runtime.emit({ type: 'note', text: `${error.message}; trying again` });
        await clock.sleep(wait, this.runtime.stop.now);
        if (this.runtime.stop.now.aborted) throw error;
      }
    }
  }

  /** Requests are read at most once a second, so that short steps do not each pay for it. */
  mayBeAsked(): boolean {
    const now = this.runtime.clock.now();
    if (!this.stopForward.signal.aborted && now - this.#askedAt < ASK_EVERY_MS) return false;
    this.#askedAt = now;
    return true;
  }

  async newRequests(): Promise<readonly HolderRequest[]> {
    const asked = await this.#asked();
    const fresh = asked.filter((request) => !this.state.answered.has(request.id));
    // Whoever saw it first, it is answered before the next step.
    if (fresh.length > 0) this.#askedAt = Number.NEGATIVE_INFINITY;
    return fresh;
  }

  /** A store that is away for a moment is no reason to leave a deployment half done: it is asked again later. */
  async #asked(): Promise<readonly HolderRequest[]> {
    try {
      return await this.runtime.store.asked(this.environment.name, this.state.id);
    } catch (error) {
      if (!isProblem(error) || error.retry !== 'later') throw error;
      this.runtime.emit({ type: 'note', text: `${error.message}; requests are looked for again` });
      return [];
    }
  }

  async close(): Promise<void> {
    await this.heartbeat.stop();
    if (this.#head) this.runtime.seen?.write(this.environment.name, this.#head);
    await this.runtime.store.leases.release(this.fence);
  }
}

function storeGone(cause: Problem): Problem {
  return new Problem('STORE_UNREACHABLE', 'The store stayed away until the lock ran out, so nothing more was started', {
    why: cause.message,
    next: 'belay recover',
    retry: 'later',
    cause,
  });
}
