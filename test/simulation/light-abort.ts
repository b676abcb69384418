/**
 * Abort signals for the simulation, put in place of Node's when it is bundled: the same behaviour as far as the
 * core uses it, at a hundredth of the time. Node's cost more than all the rest of a run.
 */

type Listener = () => void;

export class LightAbortSignal {
  aborted = false;
  reason: unknown = undefined;
  readonly #listeners = new Set<Listener>();

  addEventListener(_type: 'abort', listener: Listener, _options?: { readonly once?: boolean }): void {
    this.#listeners.add(listener);
  }

  removeEventListener(_type: 'abort', listener: Listener): void {
    this.#listeners.delete(listener);
  }

  throwIfAborted(): void {
    if (this.aborted) throw this.reason;
  }

  /** Of the controller alone. */
  fire(reason: unknown): void {
    if (this.aborted) return;
    this.aborted = true;
    this.reason = reason;
    const listeners = [...this.#listeners];
    this.#listeners.clear();
    for (const listener of listeners) listener();
  }

  static any(signals: readonly LightAbortSignal[]): LightAbortSignal {
    const combined = new LightAbortSignal();
    for (const signal of signals) {
      if (signal.aborted) combined.fire(signal.reason);
      else signal.addEventListener('abort', () => combined.fire(signal.reason));
    }
    return combined;
  }
}

export class LightAbortController {
  readonly signal = new LightAbortSignal();

  abort(reason?: unknown): void {
    this.signal.fire(reason ?? new Error('This operation was aborted'));
  }
}
