/** Draws, from a seed, what is deployed to, how, by whom and with which ill luck. */
import type { StrategyName } from '../../src/core/plan.ts';
import type { Trigger } from '../../src/strategies/triggers.ts';
import type { ActorTraits } from './actor.ts';
import type { Faults, Profile } from './faults.ts';
import type { Abilities, Health } from './platform.ts';
import type { Random } from './random.ts';

export interface Operation {
  readonly what: 'deploy' | 'rollback' | 'recover';
  readonly startMs: number;
  readonly waitMs: number;
  readonly commit: string;
  /** Ctrl-C after so long, and a second one after so much longer; null for none. */
  readonly interruptMs: readonly [number, number | null] | null;
  readonly request: { readonly afterMs: number; readonly kind: 'abort' | 'pause' } | null;
  readonly verdict: 'retry' | 'forward' | 'backward';
  readonly data: 'ask' | 'restore' | 'keep' | 'unless-written';
}

export interface Scenario {
  readonly strategy: StrategyName;
  readonly soakMs: number;
  readonly bakeMs: number;
  readonly triggers: readonly Trigger[];
  readonly checks: boolean;
  readonly standby: boolean;
  readonly judgesExpiry: boolean;
  readonly targets: readonly { readonly name: string; readonly abilities: Abilities; readonly landingMs: number }[];
  readonly operations: readonly Operation[];
  readonly undo: 'sound' | 'flaky' | 'broken' | 'lies';
}

export function drawScenario(random: Random, profile: Profile): Scenario {
  const drawn = drawAny(random, profile);
  if (profile.unheld) {
    const abilities = { lifecycle: true, traffic: false, data: true };
    return { ...drawn, strategy: 'recreate', targets: drawn.targets.map((target) => ({ ...target, abilities })) };
  }
  if (!profile.standby) return drawn;
  const abilities = { lifecycle: true, traffic: true, data: true };
  return {
    ...drawn,
    strategy: 'blue-green',
    standby: true,
    targets: drawn.targets.map((target) => ({ ...target, abilities })),
    operations: drawn.operations.map((operation, index) => {
      const what = index === 0 ? 'deploy' : operation.what === 'deploy' ? 'rollback' : operation.what;
      return { ...operation, what, data: 'restore', commit: `c${index + 1}`, waitMs: 300_000 };
    }),
  };
}

function drawAny(random: Random, profile: Profile): Scenario {
  const { faults } = profile;
  const strategy = profile.canary
    ? 'canary'
    : random.pick(['all-at-once', 'blue-green', 'recreate', 'canary', 'blue-green', 'recreate'] as const);
  const bakeMs = random.chance(0.25) ? random.between(3_000, 6_000) : 0;
  const count = random.between(profile.operations[0], profile.operations[1]);
  return {
    strategy,
    soakMs: strategy === 'blue-green' || random.chance(0.2) ? random.between(1_000, 4_000) : 0,
    bakeMs,
    triggers: [{ type: 'error-rate', above: 0.2, windowMs: 10_000, minRequests: 10 }],
    checks: random.chance(0.6),
    standby: random.chance(0.5),
    judgesExpiry: random.chance(0.5),
    targets: drawTargets(random, strategy === 'canary'),
    operations: Array.from({ length: count }, (_, index) => drawOperation(random, faults, index)),
    undo: drawUndo(random, faults),
  };
}

function drawTargets(random: Random, canary: boolean): Scenario['targets'] {
  return ['web', 'api', 'job'].slice(0, random.pick([1, 1, 1, 2, 2, 3])).map((name, index) => {
    const lifecycle = random.chance(0.7);
    // A canary needs one target at least whose traffic can be shared.
    const traffic = random.chance(0.7) || (canary && index === 0);
    // Data is protected only where its writers can be stopped and held.
    const abilities = { lifecycle, traffic, data: lifecycle && traffic && random.chance(0.6) };
    return { name, abilities, landingMs: random.chance(0.5) ? 0 : random.between(5_000, 20_000) };
  });
}

function drawOperation(random: Random, faults: Faults, index: number): Operation {
  const interrupted = random.chance(faults.interrupt);
  const requested = random.chance(faults.request);
  return {
    what: random.pick(['deploy', 'deploy', 'deploy', 'rollback', 'recover']),
    startMs: index === 0 ? 0 : random.between(0, 60_000),
    waitMs: random.pick([0, 60_000, 120_000, 300_000]),
    // Now and then the same commit is deployed twice.
    commit: `c${random.chance(0.15) ? 1 : index + 1}`,
    interruptMs: interrupted ? [random.between(5, 6_000), random.chance(0.4) ? random.between(1, 3_000) : null] : null,
    request: requested ? { afterMs: random.between(50, 8_000), kind: random.pick(['abort', 'abort', 'pause']) } : null,
    verdict: random.pick(['retry', 'retry', 'backward', 'forward']),
    data: random.pick(['ask', 'restore', 'keep', 'unless-written']),
  };
}

function drawUndo(random: Random, faults: Faults): Scenario['undo'] {
  if (random.chance(faults.undoBroken)) return 'broken';
  if (random.chance(faults.undoLies)) return 'lies';
  return random.chance(faults.undoFlaky) ? 'flaky' : 'sound';
}

/** How the application of each commit behaves; the first one, and the one that heals, are good. */
export function drawHealth(random: Random, faults: Faults): (commit: string) => Health {
  const drawn = new Map<string, Health>();
  const draw = (): Health => {
    if (!random.chance(faults.badRelease)) return { kind: 'good', readyMs: random.between(0, 2_500) };
    return random.pick<Health>([
      { kind: 'never' },
      { kind: 'ends' },
      { kind: 'decays', afterMs: random.between(500, 5_000) },
    ]);
  };
  return (commit) => {
    const known = drawn.get(commit);
    if (known) return known;
    const health: Health = commit === 'c0' || commit === 'heal' ? { kind: 'good', readyMs: 200 } : draw();
    drawn.set(commit, health);
    return health;
  };
}

export function drawTraits(random: Random, index: number): ActorTraits {
  return {
    name: `p${index}-`,
    host: random.pick(['alpha', 'alpha', 'beta']),
    pid: 100 + index,
    rate: 1 + (random.next() - 0.5) * 0.06,
    offsetMs: random.between(0, 10_000_000),
    wallSkewMs: random.between(-7_200_000, 7_200_000),
  };
}
