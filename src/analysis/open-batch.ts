/** The micro-batch that is being filled, one outcome per client and minute. */
import type { Outcome } from './analysis.ts';
import { createClientWindow } from './client-window.ts';
import { batchSize, isOverdue, type Unit } from './micro-batch.ts';
import type { AnalysisState } from './state.ts';

export interface OpenBatch {
  /** @returns whether where this request went was a fresh draw of the router */
  add(outcome: Outcome, t: number, minute: number): boolean;
  isFull(): boolean;
  /** Whether it must be closed before an outcome at `t` is added. */
  isOverdue(t: number): boolean;
  /** Empties it. */
  take(): readonly Unit[];
  state(): Pick<AnalysisState, 'batch' | 'clients'>;
}

type StoredUnit = AnalysisState['batch']['units'][number];

export function createOpenBatch(ratePerSecond: number, state?: AnalysisState): OpenBatch {
  const size = batchSize(ratePerSecond);
  const clients = createClientWindow(state?.clients);
  let units: Unit[] = state?.batch.units.map(restore) ?? [];
  let openedAt = state?.batch.openedAt ?? 0;

  const push = (unit: Unit, t: number): void => {
    if (units.length === 0) openedAt = t;
    units.push(unit);
  };
  return {
    add: (outcome, t, minute) => {
      if (outcome.client === null) {
        push(unitOf(outcome, minute, -1), t);
        return true;
      }
      const { cell, as, fresh } = clients.admit(outcome.client, minute, outcome.bad);
      const unit = unitOf(outcome, minute, cell);
      const earlier = as === 'new' ? -1 : units.findIndex((other) => other.cell === cell && other.minute === minute);
      if (earlier !== -1) units[earlier] = worseOf(units[earlier] ?? unit, unit);
      else if (as !== 'repeated') push(unit, t);
      return fresh;
    },
    isFull: () => units.length >= size,
    isOverdue: (t) => isOverdue(units.length, t - openedAt),
    take: () => {
      const taken = units;
      units = [];
      return taken;
    },
    state: () => ({ batch: { openedAt, units: units.map(store) }, clients: clients.state() }),
  };
}

function unitOf({ canary, bad, latencyMs, instance }: Outcome, minute: number, cell: number): Unit {
  return { canary, bad, latencyMs, instance, minute, cell };
}

/**
 * What stands for a client: its first error, else its slowest answer. Arm and outcome go together, so that under
 * random routing the arm stays independent of the outcome.
 */
function worseOf(earlier: Unit, later: Unit): Unit {
  if (earlier.bad !== later.bad) return earlier.bad ? earlier : later;
  return later.latencyMs > earlier.latencyMs && !earlier.bad ? later : earlier;
}

function store({ canary, bad, latencyMs, instance, minute, cell }: Unit): StoredUnit {
  return [canary ? 1 : 0, bad ? 1 : 0, Number.isFinite(latencyMs) ? latencyMs : null, instance, minute, cell];
}

function restore([canary, bad, latencyMs, instance, minute, cell]: StoredUnit): Unit {
  return { canary: canary === 1, bad: bad === 1, latencyMs: latencyMs ?? Infinity, instance, minute, cell };
}
