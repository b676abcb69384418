/** Virtual time: one queue of events, and everything that a run has seen and broken. */

interface Scheduled {
  readonly at: number;
  readonly order: number;
  readonly run: () => void;
}

/** A promise of this rule was broken. */
export interface Violation {
  /** The invariant's short name, as the report of the mutants prints it. */
  readonly rule: string;
  readonly what: string;
  /** Virtual milliseconds since the run began. */
  readonly at: number;
}

/** A binary heap by time, then by order of arrival. */
class Agenda {
  readonly #heap: Scheduled[] = [];

  get size(): number {
    return this.#heap.length;
  }

  push(item: Scheduled): void {
    const heap = this.#heap;
    let index = heap.length;
    heap.push(item);
    while (index > 0) {
      const parent = (index - 1) >> 1;
      if (!before(item, heap[parent] as Scheduled)) break;
      heap[index] = heap[parent] as Scheduled;
      index = parent;
    }
    heap[index] = item;
  }

  pop(): Scheduled | undefined {
    const heap = this.#heap;
    const first = heap[0];
    const last = heap.pop();
    if (first === undefined || last === undefined || heap.length === 0) return first;
    let index = 0;
    for (;;) {
      let child = 2 * index + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && before(heap[child + 1] as Scheduled, heap[child] as Scheduled)) child += 1;
      if (!before(heap[child] as Scheduled, last)) break;
      heap[index] = heap[child] as Scheduled;
      index = child;
    }
    heap[index] = last;
    return first;
  }
}

function before(a: Scheduled, b: Scheduled): boolean {
  return a.at < b.at || (a.at === b.at && a.order < b.order);
}

/** Ticks run only when no promise is left to be followed; queued from a promise, so that ticks do not run first. */
function onceQuiet(run: () => void): void {
  queueMicrotask(() => process.nextTick(run));
}

/** After so many events something runs in circles. */
const EVENT_LIMIT = 60_000;

export class World {
  now = 0;
  readonly violations: Violation[] = [];
  readonly lines: string[] = [];
  /** How often something allowed but unwanted happened, by name. */
  readonly counts = new Map<string, number>();
  readonly #tracing: boolean;
  readonly #agenda = new Agenda();
  #order = 0;
  #events = 0;

  get events(): number {
    return this.#events;
  }

  constructor(tracing: boolean) {
    this.#tracing = tracing;
  }

  after(ms: number, run: () => void): void {
    this.#order += 1;
    this.#agenda.push({ at: this.now + Math.max(0, ms), order: this.#order, run });
  }

  trace(text: () => string): void {
    if (this.#tracing) this.lines.push(`${(this.now / 1_000).toFixed(3).padStart(9)}  ${text()}`);
  }

  violate(rule: string, what: string): void {
    this.trace(() => `VIOLATION ${rule}: ${what}`);
    this.violations.push({ rule, what, at: this.now });
  }

  count(name: string): void {
    this.counts.set(name, (this.counts.get(name) ?? 0) + 1);
  }

  /** Runs event by event until `done`, or until nothing is left to happen. */
  run(done: () => boolean): Promise<void> {
    return new Promise((resolve, reject) => {
      const step = () => {
        try {
          if (done()) return resolve();
          const event = this.#agenda.pop();
          this.#events += 1;
          if (event === undefined) {
            this.violate('stuck-forever', 'nothing is left to happen, and yet somebody waits');
            return resolve();
          }
          if (this.#events > EVENT_LIMIT) {
            this.violate('endless', `${EVENT_LIMIT} events and no end`);
            return resolve();
          }
          this.now = event.at;
          event.run();
        } catch (error) {
          return reject(error as Error);
        }
        onceQuiet(step);
      };
      onceQuiet(step);
    });
  }
}
