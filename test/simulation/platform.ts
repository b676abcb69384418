/** A simulated platform: what is staged, runs and serves on it, the data of its application, and how healthy that is. */
import { Problem } from '../../src/core/errors.ts';
import type { Observation } from '../../src/routers/router.ts';
import type { World } from './world.ts';

const REQUEST_EVERY_MS = 20;

export interface Abilities {
  readonly lifecycle: boolean;
  readonly traffic: boolean;
  readonly data: boolean;
}

/** How an application of a commit behaves. */
export type Health =
  | { readonly kind: 'good'; readonly readyMs: number }
  | { readonly kind: 'never' }
  | { readonly kind: 'ends' }
  | { readonly kind: 'decays'; readonly afterMs: number };

interface Staged {
  readonly deployment: string;
  readonly commit: string;
}

export class Platform {
  readonly name: string;
  readonly abilities: Abilities;
  /** 0: this platform refuses tokens below one it has seen. */
  readonly landingMs: number;
  readonly world: World;
  held = false;
  /** What ran when the latest deployment began. */
  ranAtOpening: ReadonlySet<string> = new Set();
  /** Every application has been mended. */
  cured = false;
  /** Highest token that changed something here. */
  token = 0;
  readonly releases = new Map<string, Staged>();
  readonly running = new Map<string, number>();
  /** Processes that died by themselves. */
  readonly died = new Set<string>();
  /** `m:<release>` is a migration, `u<n>` what users wrote. */
  data: readonly string[] = ['u0'];
  readonly snapshots = new Map<string, readonly string[]>();
  #writes = 0;
  #caughtUpTo = 0;
  /** Release by release, since when it has had any of the traffic. */
  #servedSince = new Map<string, number>();
  #shares: ReadonlyMap<string, number> = new Map();
  readonly #healthOf: (commit: string) => Health;

  constructor(
    world: World,
    facts: { name: string; abilities: Abilities; landingMs: number; healthOf: (commit: string) => Health },
  ) {
    this.world = world;
    this.name = facts.name;
    this.abilities = facts.abilities;
    this.landingMs = facts.landingMs;
    this.#healthOf = facts.healthOf;
  }

  /** What most requests go to, the older one of equals. */
  get live(): string | null {
    let most: string | null = null;
    for (const [id, share] of this.#shares) if (most === null || share > (this.#shares.get(most) ?? 0)) most = id;
    return most;
  }

  get shares(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.#shares);
  }

  share(shares: Readonly<Record<string, number>>): void {
    const given = Object.entries(shares).filter(([, share]) => share > 0);
    const unknown = given.find(([id]) => !this.releases.has(id));
    if (unknown) throw new Problem('RELEASE_PRUNED', `${unknown[0]} is not known`);
    this.#servedSince = new Map(given.map(([id]) => [id, this.#servedSince.get(id) ?? this.world.now]));
    this.#shares = new Map(given);
  }

  #age(id: string): number {
    return this.world.now - (this.#servedSince.get(id) ?? this.world.now);
  }

  /** Users write while something serves them. To be called before anything changes, and before the data is looked at. */
  catchUp(): void {
    const served = this.abilities.data && this.live !== null && this.running.has(this.live) && !this.held;
    if (served && this.world.now - this.#caughtUpTo > 500) {
      this.#writes += 1;
      this.data = [...this.data, `u${this.#writes}`];
    }
    this.#caughtUpTo = this.world.now;
  }

  health(id: string): Health {
    if (this.cured) return { kind: 'good', readyMs: 0 };
    return this.#healthOf(this.releases.get(id)?.commit ?? '');
  }

  /** Null when it answers, else why it does not; `final` when waiting will not help. */
  sick(id: string): { reason: string; final: boolean } | null {
    if (!this.releases.has(id)) return { reason: 'is not there', final: true };
    const started = this.abilities.lifecycle ? this.running.get(id) : 0;
    if (started === undefined) return { reason: 'does not run', final: true };
    const health = this.health(id);
    const age = this.world.now - started;
    if (health.kind === 'never') return { reason: 'answers 500', final: false };
    if (health.kind === 'ends') return { reason: 'has ended', final: true };
    if (health.kind === 'good')
      return age >= health.readyMs || !this.abilities.lifecycle ? null : { reason: 'starts up', final: false };
    return this.#age(id) >= health.afterMs ? { reason: 'answers 500', final: false } : null;
  }

  stage(deployment: string, commit: string): string {
    const id = `${this.name}-${deployment}`;
    this.releases.set(id, { deployment, commit });
    return id;
  }

  find(deployment: string): string | null {
    for (const [id, staged] of this.releases) if (staged.deployment === deployment) return id;
    return null;
  }

  activate(id: string | null): void {
    this.share(id === null ? {} : { [id]: 1 });
  }

  discard(id: string): void {
    if (this.#shares.has(id)) throw new Problem('TARGET_FAILED', `${id} is live and stays`);
    this.releases.delete(id);
    this.running.delete(id);
  }

  start(id: string): void {
    if (!this.releases.has(id)) throw new Problem('RELEASE_PRUNED', `${id} is not known`);
    if (this.running.has(id)) return;
    this.running.set(id, this.world.now);
    this.died.delete(id);
    if (this.abilities.data && !this.data.includes(`m:${id}`)) this.data = [...this.data, `m:${id}`];
  }

  stop(id: string): void {
    this.running.delete(id);
  }

  kill(id: string): void {
    if (this.running.delete(id)) this.died.add(id);
  }

  snapshot(id: string): void {
    if (!this.snapshots.has(id)) this.snapshots.set(id, this.data);
  }

  requests(id: string): { requests: number; errors: number } {
    if (!this.#shares.has(id)) return { requests: 0, errors: 0 };
    const requests = Math.floor(this.#age(id) / REQUEST_EVERY_MS);
    const health = this.health(id);
    const bad = health.kind === 'decays' ? Math.max(0, this.#age(id) - health.afterMs) / REQUEST_EVERY_MS : 0;
    return { requests, errors: Math.floor(health.kind === 'never' || health.kind === 'ends' ? requests : bad) };
  }

  /** What users were answered since, in whole requests; nobody asks what nothing serves. */
  observed(sinceMs: number): Observation[] {
    const from = Math.ceil(sinceMs / REQUEST_EVERY_MS);
    const to = Math.floor(this.world.now / REQUEST_EVERY_MS);
    const releases = [...this.#shares];
    return Array.from({ length: releases.length > 1 ? Math.max(0, to - from) : 0 }, (_, index) => {
      const at = (from + index) * REQUEST_EVERY_MS;
      // Any spread that does not follow the releases will do: the fraction of multiples of the golden ratio.
      const [first, second] = releases;
      const release = ((from + index) * 0.618_034) % 1 < (second?.[1] ?? 0) ? second : first;
      const id = release?.[0] ?? '';
      const served = this.#servedSince.get(id) ?? at;
      const health = this.health(id);
      const fails = this.abilities.lifecycle && !this.running.has(id);
      const bad = fails || (health.kind === 'decays' && at - served >= health.afterMs);
      return { at, release: id, status: bad ? 500 : 200, ms: 5, client: null };
    });
  }
}
