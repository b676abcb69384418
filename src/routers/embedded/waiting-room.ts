/** Where requests wait while traffic is held: a bounded number, each for a bounded time. */

export type WaitEnd = 'released' | 'expired' | 'full' | 'gone';

export interface WaitingRoom {
  /** @param leaves calls back when the client goes away while it waits */
  wait(limitMs: number, leaves: (callback: () => void) => void): Promise<WaitEnd>;
  releaseAll(): void;
}

export function createWaitingRoom(places: number): WaitingRoom {
  const waiting = new Set<(end: WaitEnd) => void>();
  return {
    wait(limitMs, leaves) {
      if (waiting.size >= places) return Promise.resolve('full');
      return new Promise((resolve) => {
        const finish = (end: WaitEnd) => {
          if (!waiting.delete(finish)) return;
          clearTimeout(timer);
          resolve(end);
        };
        const timer = setTimeout(finish, limitMs, 'expired');
        waiting.add(finish);
        leaves(() => finish('gone'));
      });
    },
    releaseAll: () => [...waiting].forEach((finish) => finish('released')),
  };
}
