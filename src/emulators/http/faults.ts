/** Faults on order: which request meets which one, and how often. */

export interface Fault {
  /** `POST /api/deploy2/finish_push` (without query; a final `*` stands for any rest), or a pattern over method, path and query. */
  readonly on: string | RegExp;
  /** How many requests meet it. Default 1. */
  readonly times?: number;
  readonly kind:
    | 'status'
    /** The effect happens, then the socket is destroyed. */
    | 'lost-answer'
    /** The socket is destroyed before the effect. */
    | 'drop'
    | 'delay'
    /** No answer until the emulator closes; no effect. */
    | 'hang';
  /** For `status`. Default 503. */
  readonly status?: number;
  readonly body?: unknown;
  readonly headers?: Record<string, string>;
  /** For `delay`. Default 1000. */
  readonly ms?: number;
}

export interface FaultPlan {
  inject(fault: Fault): void;
  /** The oldest fault that this request meets, counted as used; null where none is ordered. */
  take(method: string, pathWithQuery: string): Fault | null;
  /** Takes back whatever has not been met. */
  clear(): void;
}

export function createFaultPlan(): FaultPlan {
  let ordered: { readonly fault: Fault; left: number }[] = [];
  return {
    inject(fault) {
      ordered.push({ fault, left: fault.times ?? 1 });
    },
    take(method, pathWithQuery) {
      const met = ordered.find(({ fault, left }) => left > 0 && meets(fault.on, method, pathWithQuery));
      if (!met) return null;
      met.left -= 1;
      ordered = ordered.filter(({ left }) => left > 0);
      return met.fault;
    },
    clear() {
      ordered = [];
    },
  };
}

function meets(on: Fault['on'], method: string, pathWithQuery: string): boolean {
  // A pattern with the flag g or y remembers where it stopped: each request is a new text.
  if (on instanceof RegExp) return `${method} ${pathWithQuery}`.search(on) !== -1;
  const asked = `${method} ${pathWithQuery.split('?', 1)[0]}`;
  return on.endsWith('*') ? asked.startsWith(on.slice(0, -1)) : asked === on;
}
