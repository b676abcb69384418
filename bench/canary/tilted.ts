/**
 * The rate of false rollbacks by change of measure (Siegmund 1976). The evidence against a release is the likelihood
 * ratio of "a bet drawn by its capital is right" to "all is well". So good traffic is drawn, who of each micro-batch
 * went to the canary is drawn again as if one bet were right, and each rollback counts `1 / evidence`: its mean is the
 * probability of a rollback when all is well. A false rollback in a hundred is rare when it is waited for, and nearly
 * every rollout has one so: as exact as a hundred times as many.
 */
import type { AnalysisOptions } from '../../src/analysis/analysis.ts';
import { ERROR_ODDS, ERROR_PRIOR, LATENCY_PRIOR, TAIL_ODDS, TILTS } from '../../src/analysis/bets.ts';
import { normalScores } from '../../src/analysis/rank-tilt.ts';
import { countBelow, type SortedArms } from '../../src/analysis/sorted-arms.ts';
import { STAGED } from '../../src/analysis/wealth.ts';
import { batchesOf, type DrawnBatch } from './batches.ts';
import type { Cell } from './cells.ts';
import { openEngine } from './drawn.ts';
import { createRandom, type Random } from './random.ts';
import { drawOdds, drawSubset, drawTilted } from './redraw.ts';

/** One of those that the engine's capital is on. */
type Bet =
  | { readonly on: 'errors'; readonly odds: number }
  | { readonly on: 'tail'; readonly boundMs: number; readonly odds: number }
  | { readonly on: 'shift'; readonly tilt: number };

function pick(parts: readonly number[], random: Random): number {
  let left = random.uniform();
  for (const [i, part] of parts.entries()) {
    left -= part;
    if (left < 0) return i;
  }
  return parts.length - 1;
}

/** By capital: half of it on each metric that is judged. */
function drawBet({ latency, history }: AnalysisOptions, random: Random): Bet {
  if (latency === null || random.uniform() < 0.5)
    return { on: 'errors', odds: ERROR_ODDS[pick(ERROR_PRIOR, random)] ?? 1 };
  const i = pick(LATENCY_PRIOR, random);
  const boundMs = history.quantilesMs?.[Math.floor(i / TAIL_ODDS.length)];
  if (boundMs !== undefined) return { on: 'tail', boundMs, odds: TAIL_ODDS[i % TAIL_ODDS.length] ?? 1 };
  return { on: 'shift', tilt: TILTS[i - LATENCY_PRIOR.length + TILTS.length] ?? 0 };
}

/** After how many parts of the capital are out the bet begins. */
function drawSlot(random: Random): number {
  return random.uniform() < STAGED.initial ? 0 : 1 + Math.floor(random.uniform() * STAGED.slots);
}

function redrawErrors(batch: DrawnBatch, odds: number, random: Random): DrawnBatch {
  const bad = batch.canary.bad + batch.stable.bad;
  const requests = batch.canary.requests + batch.stable.requests;
  const canaryBad = drawOdds({ requests, canary: batch.canary.requests, bad }, odds, random);
  return {
    ...batch,
    canary: { ...batch.canary, bad: canaryBad },
    stable: { ...batch.stable, bad: bad - canaryBad },
  };
}

/** The same latencies; `chosen` says by rank whose they are. */
function dealOut(all: Float64Array, chosen: readonly boolean[]): SortedArms {
  return { canary: all.filter((_, rank) => chosen[rank]), stable: all.filter((_, rank) => !chosen[rank]) };
}

function redrawLatencies(arms: SortedArms, bet: Exclude<Bet, { on: 'errors' }>, random: Random): SortedArms {
  const all = Float64Array.from([...arms.canary, ...arms.stable]).sort();
  const canary = arms.canary.length;
  if (bet.on === 'shift') return dealOut(all, drawTilted(normalScores(all.length), bet.tilt, canary, random));
  const quick = countBelow(all, bet.boundMs, true);
  const slow = all.length - quick;
  const canarySlow = drawOdds({ requests: all.length, canary, bad: slow }, bet.odds, random);
  return dealOut(all, [...drawSubset(quick, canary - canarySlow, random), ...drawSubset(slow, canarySlow, random)]);
}

function redraw(batch: DrawnBatch, bet: Bet, random: Random): DrawnBatch {
  if (bet.on === 'errors') return redrawErrors(batch, bet.odds, random);
  return batch.arms === null ? batch : { ...batch, arms: redrawLatencies(batch.arms, bet, random) };
}

/** What a rollout adds to the probability of a false rollback; 0 when it is not taken back. Plain errors and latency. */
export function weightOf(cell: Cell, options: AnalysisOptions, run: number): number {
  const random = createRandom(`${cell.name}, tilted`, run);
  const bet = drawBet(options, random);
  const slot = drawSlot(random);
  const engine = openEngine(options);
  let step = 0;
  for (const batch of batchesOf(cell, run)) {
    for (let next = cell.shares[step + 1]; next && next[0] < batch.t; next = cell.shares[step + 1]) {
      engine.cut(next[0]);
      step += 1;
    }
    const seen = engine.slots() < slot ? batch : redraw(batch, bet, random);
    engine.judge(seen, { untilPromoted: false, alone: false, instances: false });
    if (engine.speaksAgainst('belay')) return Math.exp(-engine.logE());
  }
  return 0;
}
