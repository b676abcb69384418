/** One run of the real engine in a world of faults, from a seed: what it broke, and what it did. */
import { isProblem } from '../../src/core/errors.ts';
import { VIEWS } from '../../src/core/views.ts';
import { memoryPlace } from '../../src/testing/memory-store.ts';
import { Actor, NO_FATE } from './actor.ts';
import { breakUndo, type Platforms } from './fake-call.ts';
import { type StoreWorld, storeFor } from './fake-store.ts';
import { NO_FAULTS, type ProfileName, profileOf, PROFILES } from './faults.ts';
import { Platform } from './platform.ts';
import { type Random, seededRandom } from './random.ts';
import { ENVIRONMENT, perform, requestOf, type Surroundings, TTL_MS } from './runner.ts';
import { drawHealth, drawScenario, drawTraits, type Operation } from './scenario.ts';
import { World, type Violation } from './world.ts';
import { WorldRules } from './world-rules.ts';

export interface Result {
  readonly seed: number;
  readonly profile: ProfileName;
  readonly violations: readonly Violation[];
  readonly lines: readonly string[];
  readonly counts: ReadonlyMap<string, number>;
}

/** A command that does nothing special: what a person types when everything is over. */
const PLAIN: Operation = {
  what: 'recover',
  startMs: 0,
  waitMs: 300_000,
  commit: 'heal',
  interruptMs: null,
  request: null,
  verdict: 'retry',
  data: 'keep',
};

/** Rebuilding all views costs as much as the run itself. */
const REBUILD_EVERY = 8;

class Run {
  readonly world: World;
  readonly random: Random;
  readonly profile: ProfileName;
  readonly actors: Actor[] = [];
  readonly platforms: Map<string, Platform>;
  readonly rules: WorldRules;
  readonly store: StoreWorld;
  readonly targets: Platforms;
  readonly surroundings: Surroundings;
  readonly #deposed = new Map<string, number>();

  constructor(seed: number, profile: ProfileName, tracing: boolean) {
    this.world = new World(tracing);
    this.random = seededRandom(seed);
    this.profile = profile;
    const { world, random } = this;
    const scenario = drawScenario(random, PROFILES[profile]);
    const healthOf = drawHealth(random, PROFILES[profile].faults);
    this.platforms = new Map(
      scenario.targets.map(({ name, abilities, landingMs }) => [
        name,
        new Platform(world, { name, abilities, landingMs, healthOf }),
      ]),
    );
    this.rules = new WorldRules(world, this.platforms, () =>
      this.actors.reduce((sum, actor) => sum + actor.troubles, 0),
    );
    const place = memoryPlace({ now: () => 1_700_000_000_000 + world.now, judgesExpiry: scenario.judgesExpiry });
    this.store = {
      backing: place.open(VIEWS),
      faults: NO_FAULTS,
      awayUntil: 0,
      written: (events) => this.rules.journal.written(events),
      granted: (actor, answer) => this.#granted(actor, answer),
      refused: (actor) => this.#deposed.set(actor.traits.name, world.now),
    };
    this.targets = {
      faults: NO_FAULTS,
      called: ({ actor, verb }) => {
        if (actor.leaseUntil > actor.clock.now()) return;
        world.violate('G14 no-lease', `${actor.traits.name} calls ${verb} without a lease`);
      },
      received: (request) => {
        if (this.#deposed.has(request.actor.traits.name)) {
          world.violate('G2 goes-on', `${request.actor.traits.name} sends ${request.verb} after it was refused`);
        }
        this.rules.received(request);
      },
      applied: (request) => this.rules.applied(request, request.actor.pausedUntil > 0),
      undoing: ({ ctx, platform }) => {
        const steps = this.rules.journal.deployments.get(ctx.deployment)?.steps.values() ?? [];
        return [...steps].some((step) => step.said === 'undoing' && step.planned.target === platform.name);
      },
    };
    this.surroundings = {
      scenario,
      platforms: this.platforms,
      shared: this.targets,
      storeOf: (actor) => storeFor(actor, this.store),
      isAlive: (holder) => this.actors.find((actor) => actor.traits.pid === holder.pid)?.alive ?? false,
    };
    world.trace(() => `seed ${seed}, ${profile}: ${JSON.stringify(scenario)}`);
  }

  /** A living holder that could renew is never deposed (G12). */
  #granted(actor: Actor, answer: Parameters<StoreWorld['granted']>[1]): void {
    if (answer.granted) this.rules.leaseToken = answer.fence.token;
    if (!answer.granted || !answer.former?.holder) return;
    const { holder, renewedAt } = answer.former;
    const former = this.actors.find((one) => one.traits.pid === holder?.pid);
    const silent = 1_700_000_000_000 + this.world.now - Date.parse(renewedAt);
    this.world.trace(() => `${actor.traits.name} takes the lease from ${former?.traits.name} (silent ${silent} ms)`);
    if (former?.alive && silent < TTL_MS * 0.9) {
      this.world.violate('G12 deposed-alive', `${former.traits.name} lived and was deposed after ${silent} ms`);
    }
  }

  actor(fate = NO_FATE): Actor {
    const index = this.actors.length + 1;
    const actor = new Actor(
      this.world,
      seededRandom(this.random.between(0, 2 ** 31 - 1)),
      drawTraits(this.random, index),
      fate,
    );
    this.actors.push(actor);
    return actor;
  }

  /** Starts a command; it has settled when it ended, or when its process is dead. */
  start(actor: Actor, operation: Operation): { settled: () => boolean; result: () => string | null } {
    let result: string | null = null;
    const end = (text: string) => {
      result = text;
      this.world.trace(() => `${actor.traits.name} ${operation.what} ends: ${text}`);
      actor.die('at its end');
    };
    actor.after(operation.startMs, () => {
      this.world.trace(() => `${actor.traits.name} ${operation.what} ${operation.commit} begins`);
      perform(actor, this.surroundings, operation).then(
        (told) => {
          this.rules.told(told);
          end(told.outcome);
        },
        (error: unknown) => {
          this.#ended(actor, error);
          end(isProblem(error) ? `${error.code}: ${error.message}` : 'bug');
        },
      );
    });
    if (operation.interruptMs) {
      const [first, second] = operation.interruptMs;
      actor.after(operation.startMs + first, () => actor.gently.abort());
      if (second !== null) actor.after(operation.startMs + first + second, () => actor.now.abort());
    }
    if (operation.request) {
      const { afterMs, kind } = operation.request;
      const asking = this.actor();
      asking.after(operation.startMs + afterMs, () => {
        requestOf(asking, this.surroundings, kind).then(
          (text) => this.world.trace(() => text),
          (error: unknown) => this.world.trace(() => `not asked: ${String(error)}`),
        );
      });
    }
    return { settled: () => !actor.alive, result: () => result };
  }

  #ended(actor: Actor, error: unknown): void {
    if (!isProblem(error)) {
      this.world.violate('bug', error instanceof Error ? (error.stack ?? error.message) : String(error));
    } else if (error.code.startsWith('STORE_') && this.profile === 'hiccups') {
      this.rules.gaveUp(actor.traits.name);
    }
  }

  /** One command in a world without faults. */
  async undisturbed(what: Operation['what'], more: Partial<Operation> = {}): Promise<string | null> {
    const command = this.start(this.actor(), { ...PLAIN, what, ...more });
    await this.world.run(command.settled);
    return command.result();
  }

  async disturbed(): Promise<void> {
    const { faults } = PROFILES[this.profile];
    this.store.faults = faults;
    this.targets.faults = faults;
    const { undo, operations } = this.surroundings.scenario;
    for (const platform of this.platforms.values()) {
      if (undo === 'sound') continue;
      breakUndo(platform, { left: undo === 'flaky' ? this.random.between(1, 4) : 1_000, lies: undo === 'lies' });
    }
    const commands = operations.map((operation) => this.start(this.actor(faults.fate), operation));
    await this.world.run(() => commands.every((command) => command.settled()));
    for (const actor of this.actors) actor.die('with the faults');
    this.store.faults = NO_FAULTS;
    this.targets.faults = NO_FAULTS;
    this.store.awayUntil = 0;
  }
}

/** Mends what was broken, and expects one undisturbed run to bring everything to an end. */
async function converge(run: Run): Promise<void> {
  for (const platform of run.platforms.values()) {
    breakUndo(platform, { left: 0, lies: false });
    platform.cured = true;
  }
  let recovered = await run.undisturbed('recover');
  // Undoing that failed too often waits for a person, who tries once more.
  if (recovered === 'stuck') recovered = await run.undisturbed('recover');
  const healed = await run.undisturbed('deploy');
  const { world, rules } = run;
  if (rules.tainted) return;
  const { standby, strategy } = run.surroundings.scenario;
  if (healed === 'committed') rules.nothingIdle(standby && strategy !== 'recreate');
  if (healed !== 'committed')
    world.violate('G6 convergence', `after "${recovered}", a good deployment ended ${healed}`);
}

export async function simulate(
  seed: number,
  options: { profile?: ProfileName; tracing?: boolean } = {},
): Promise<Result> {
  const profile = options.profile ?? profileOf(seed);
  const run = new Run(seed, profile, options.tracing ?? false);
  const { world, rules, store } = run;
  // Almost always there is something to go back to.
  if (seed % 6 !== 0) {
    const first = await run.undisturbed('deploy', { commit: 'c0' });
    if (first !== 'committed' && !PROFILES[profile].unheld)
      world.violate('G6 convergence', `the first deployment ended ${first}`);
  }
  await run.disturbed();
  if (world.violations.length === 0) {
    if (PROFILES[profile].mode === 'liveness') await converge(run);
    else await run.undisturbed('recover');
    await rules.quiet(store.backing, ENVIRONMENT, seed % REBUILD_EVERY === 0);
  }
  return { seed, profile, violations: world.violations, lines: world.lines, counts: world.counts };
}
