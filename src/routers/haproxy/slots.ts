/** Which server of the fixed set stands for which release. A server that still works keeps its release. */
import { Problem } from '../../core/errors.ts';
import type { Backend } from '../router.ts';

export const SLOTS = Array.from({ length: 8 }, (_, index) => `slot${index + 1}`);

/** Release by slot. */
export type Slots = ReadonlyMap<string, string>;

export function slotOf(slots: Slots, release: string): string | null {
  for (const [slot, its] of slots) if (its === release) return slot;
  return null;
}

/**
 * Places the backends; releases that left the table keep their slots while they are busy.
 * @throws Problem TARGET_FAILED when there are more releases than slots
 */
export function assignSlots(
  slots: Slots,
  backends: readonly Backend[],
  isBusy: (slot: string) => boolean,
): Map<string, string> {
  const wanted = new Set(backends.map(({ release }) => release));
  const assigned = new Map([...slots].filter(([slot, release]) => wanted.has(release) || isBusy(slot)));
  for (const release of wanted) {
    if (slotOf(assigned, release) !== null) continue;
    // Rather one that has been free for long: what its last release did may still be told.
    const free =
      SLOTS.find((slot) => !assigned.has(slot) && !slots.has(slot)) ?? SLOTS.find((slot) => !assigned.has(slot));
    if (free === undefined) throw tooMany(release);
    assigned.set(free, release);
  }
  return assigned;
}

function tooMany(release: string): Problem {
  return new Problem('TARGET_FAILED', `HAProxy has no place for release ${release}`, {
    why: `It carries ${SLOTS.length} releases at once, and every one of them still has requests.`,
    next: 'belay releases',
    retry: 'later',
  });
}
