/** A simulated process: it can be slow, stopped for a while, or die, and then nothing ever answers it again. */
import type { Clock } from '../../src/util/clock.ts';
import type { Holder } from '../../src/stores/store.ts';
import type { Random } from './random.ts';
import type { World } from './world.ts';

export interface ActorTraits {
  readonly name: string;
  readonly host: string;
  readonly pid: number;
  /** Speed of its clock: 1.03 runs three per cent fast. */
  readonly rate: number;
  readonly offsetMs: number;
  readonly wallSkewMs: number;
}

/** What may befall it. */
export interface Fate {
  /** Probability, at each call to the outside, to die right before, while or right after it. */
  readonly crash: number;
  /** Probability, at each call, of being stopped for 20 to 120 s, and whether that may be between check and send. */
  readonly pause: number;
  readonly jumpWall: number;
}

export const NO_FATE: Fate = { crash: 0, pause: 0, jumpWall: 0 };

export class Actor {
  readonly traits: ActorTraits;
  readonly world: World;
  readonly random: Random;
  readonly clock: Clock;
  readonly gently = new AbortController();
  readonly now = new AbortController();
  fate: Fate;
  diedAt: number | null = null;
  pausedUntil = 0;
  /** Its own clock's time until which it may believe that the lease is its own. */
  leaseUntil = Number.POSITIVE_INFINITY;
  /** Failures that it was shown: a reason not to be able to tell. */
  troubles = 0;
  #wallSkew: number;
  #ids = 0;

  constructor(world: World, random: Random, traits: ActorTraits, fate: Fate) {
    this.world = world;
    this.random = random;
    this.traits = traits;
    this.fate = fate;
    this.#wallSkew = traits.wallSkewMs;
    this.clock = {
      now: () => world.now * traits.rate + traits.offsetMs,
      wall: () => new Date(1_700_000_000_000 + world.now + this.#wallSkew),
      sleep: (ms, signal) => this.#sleep(ms, signal),
    };
  }

  get alive(): boolean {
    return this.diedAt === null;
  }

  get holder(): Holder {
    const { name, host, pid } = this.traits;
    return { user: name, host, bootId: host, pid, pidStart: String(pid), tool: 'belay 0.1.0' };
  }

  newId(): string {
    this.#ids += 1;
    return `${this.traits.name}${String(this.#ids).padStart(5, '0')}`;
  }

  die(why: string): void {
    if (this.diedAt !== null) return;
    this.diedAt = this.world.now;
    this.world.trace(() => `${this.traits.name} dies ${why}`);
  }

  pause(ms: number): void {
    this.pausedUntil = Math.max(this.pausedUntil, this.world.now + ms);
    this.world.trace(() => `${this.traits.name} is stopped for ${Math.round(ms / 1_000)} s`);
  }

  /** Runs `then` inside the process after a delay: never when it is dead, later when it is stopped. */
  after(ms: number, then: () => void): void {
    const wake = () => {
      if (!this.alive) return;
      const left = this.pausedUntil - this.world.now;
      if (left > 0) this.world.after(left, wake);
      else then();
    };
    this.world.after(ms, wake);
  }

  /** Runs `then` now, or when the process goes on after having been stopped. */
  whenRunning(then: () => void): void {
    if (this.pausedUntil > this.world.now) this.after(0, then);
    else if (this.alive) then();
  }

  /** Draws what befalls the process at this call. False when it died before it. */
  survives(what: string): boolean {
    const { crash, pause, jumpWall } = this.fate;
    if (!this.alive) return false;
    if (crash > 0 && this.random.chance(crash)) {
      this.die(`before ${what}`);
      return false;
    }
    if (pause > 0 && this.random.chance(pause)) this.pause(this.random.between(20_000, 120_000));
    if (jumpWall > 0 && this.random.chance(jumpWall)) this.#wallSkew += this.random.between(-7_200_000, 7_200_000);
    return true;
  }

  #sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      if (signal?.aborted) return resolve();
      let over = false;
      const wake = () => {
        if (over) return;
        over = true;
        signal?.removeEventListener('abort', onAbort);
        resolve();
      };
      const onAbort = () => this.after(0, wake);
      signal?.addEventListener('abort', onAbort, { once: true });
      this.after(ms / this.traits.rate, wake);
    });
  }
}
