/**
 * One verdict from several routers that see disjoint requests. Each continues from the same base state with batches of
 * its own; between two releases of capital the log likelihood ratios of all simply add up.
 */
import { mergeClientWindows } from './client-window.ts';
import type { LedgerState, MetricLedgerState } from './ledger.ts';
import type { Tally } from './odds-kernel.ts';
import type { AnalysisState } from './state.ts';
import type { WealthState } from './wealth.ts';

/**
 * The state that one analyser would have, had it judged the batches of all shards.
 * @param base what every shard began with, after `flush`
 * @param shards each after `flush`, still in the capital slot of the base: merge at least once a minute and at cuts
 * @throws RangeError when they cannot be added up
 */
export function mergeStates(base: AnalysisState, shards: readonly AnalysisState[]): AnalysisState {
  for (const shard of shards) checkShard(base, shard);
  const first = shards[0] ?? base;
  const all = [base, ...shards];
  return {
    ...base,
    clock: {
      ...first.clock,
      t: Math.max(...all.map(({ clock }) => clock.t)),
      closedAt: Math.max(...all.map(({ clock }) => clock.closedAt)),
      scrapedAt: Math.max(...all.map(({ clock }) => clock.scrapedAt)),
    },
    totals: mergeTotals(base, shards),
    ledger: mergeLedgers(
      base.ledger,
      shards.map((shard) => shard.ledger),
    ),
    floor: base.floor === null ? null : mergeWealths(base.floor, present(shards.map((shard) => shard.floor))),
    promotion: mergePromotions(base, shards),
    ratio: added(
      base.ratio,
      shards.map((shard) => shard.ratio),
    ),
    bounds: shards.find((shard) => shard.bounds.tails !== null)?.bounds ?? first.bounds,
    tails: mergeTails(base, shards),
    instances: mergeInstances(base, shards),
    shares: mergeShares(base, shards),
    clients: mergeClientWindows(all.map((one) => one.clients)),
  };
}

function checkShard(base: AnalysisState, shard: AnalysisState): void {
  const refuse = (what: string): never => {
    throw new RangeError(`shards cannot be merged: ${what}`);
  };
  if (base.options !== shard.options) refuse('their options differ');
  if (base.batch.units.length > 0 || shard.batch.units.length > 0) refuse('a batch is open; call flush first');
  if (base.clock.origin !== null && base.clock.origin !== shard.clock.origin) refuse('they began at different times');
  if (base.clock.cuts !== shard.clock.cuts) refuse('the weight changed since the base; merge at each cut');
  const released = (state: AnalysisState): number => state.ledger.errors.strict.released;
  if (released(base) !== released(shard)) refuse('capital was released since the base; merge at least once a minute');
  if (base.shares.share !== shard.shares.share) refuse('they split the requests by different shares');
}

function mergeTotals(base: AnalysisState, shards: readonly AnalysisState[]): AnalysisState['totals'] {
  const sum = (read: (state: AnalysisState) => number): number => addedUp(read(base), shards.map(read));
  return {
    canary: { requests: sum(({ totals }) => totals.canary.requests), bad: sum(({ totals }) => totals.canary.bad) },
    stable: { requests: sum(({ totals }) => totals.stable.requests), bad: sum(({ totals }) => totals.stable.bad) },
  };
}

/** Bounds are learned once: those of whoever counts by them first. */
function mergeTails(base: AnalysisState, shards: readonly AnalysisState[]): AnalysisState['tails'] {
  const all = [base, ...shards];
  const bounds = all.find(({ tails }) => tails.length > 0)?.tails ?? [];
  return bounds.map(({ boundMs }, i) => {
    const sum = (read: (tally: Tally) => number): number => {
      const of = ({ tails }: AnalysisState): number => (tails[i] === undefined ? 0 : read(tails[i]));
      return addedUp(of(base), shards.map(of));
    };
    return {
      boundMs,
      requests: sum(({ requests }) => requests),
      canary: sum(({ canary }) => canary),
      bad: sum(({ bad }) => bad),
      canaryBad: sum(({ canaryBad }) => canaryBad),
    };
  });
}

function mergeShares(base: AnalysisState, shards: readonly AnalysisState[]): AnalysisState['shares'] {
  const sum = (read: (state: AnalysisState) => number): number => addedUp(read(base), shards.map(read));
  return { ...base.shares, canary: sum(({ shares }) => shares.canary), stable: sum(({ shares }) => shares.stable) };
}

function mergePromotions(base: AnalysisState, shards: readonly AnalysisState[]): AnalysisState['promotion'] {
  return {
    wealths: base.promotion.wealths.map((wealth, i) =>
      mergeWealths(wealth, present(shards.map((shard) => shard.promotion.wealths[i] ?? null))),
    ),
    passed: base.promotion.passed,
  };
}

/** Where a shard never met an instance, its evidence without that instance is its evidence. */
function mergeInstances(base: AnalysisState, shards: readonly AnalysisState[]): AnalysisState['instances'] {
  const met = new Set([base, ...shards].flatMap(({ instances }) => instances.map(({ instance }) => instance)));
  const without = (state: AnalysisState, left: string): LedgerState =>
    state.instances.find(({ instance }) => instance === left)?.ledger ?? state.ledger;
  return Array.from(met, (instance) => ({
    instance,
    ledger: mergeLedgers(
      without(base, instance),
      shards.map((shard) => without(shard, instance)),
    ),
  }));
}

function mergeLedgers(base: LedgerState, shards: readonly LedgerState[]): LedgerState {
  return {
    errors: mergeMetric(
      base.errors,
      shards.map(({ errors }) => errors),
    ),
    latency: base.latency === null ? null : mergeMetric(base.latency, present(shards.map(({ latency }) => latency))),
  };
}

function mergeMetric(base: MetricLedgerState, shards: readonly MetricLedgerState[]): MetricLedgerState {
  return {
    strict: mergeWealths(
      base.strict,
      shards.map(({ strict }) => strict),
    ),
    grace: base.grace === null ? null : mergeWealths(base.grace, present(shards.map(({ grace }) => grace))),
  };
}

function mergeWealths(base: WealthState, shards: readonly WealthState[]): WealthState {
  const logM = added(
    base.logM,
    shards.map((shard) => shard.logM),
  );
  return { ...base, logM };
}

function added(base: readonly number[], shards: readonly (readonly number[])[]): readonly number[] {
  return base.map((value, j) =>
    addedUp(
      value,
      shards.map((shard) => shard[j] ?? value),
    ),
  );
}

function addedUp(base: number, shards: readonly number[]): number {
  return shards.reduce((sum, shard) => sum + (shard - base), base);
}

function present<T>(values: readonly (T | null)[]): readonly T[] {
  return values.filter((value) => value !== null);
}
