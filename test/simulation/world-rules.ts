/** What the world must be like when the journal says how a deployment ended, at every effect, and when all is quiet. */
import type { JournalEvent } from '../../src/core/events.ts';
import { EMPTY_CHAIN, isFault, verifyChain } from '../../src/core/journal.ts';
import { foldDeployment } from '../../src/core/state.ts';
import { type EnvironmentRow, VIEWS } from '../../src/core/views.ts';
import type { Store, ViewName } from '../../src/stores/store.ts';
import { memoryPlace } from '../../src/testing/memory-store.ts';
import type { Request } from './fake-call.ts';
import { intentFor, JournalRules, type KnownDeployment } from './journal-rules.ts';
import type { Platform } from './platform.ts';
import type { World } from './world.ts';

export class WorldRules {
  readonly journal: JournalRules;
  readonly #world: World;
  readonly #platforms: ReadonlyMap<string, Platform>;
  /** A process that was stopped between its check and its sending has changed a platform that cannot refuse it. */
  tainted = false;
  /** Of whoever holds the lease now. */
  leaseToken = 0;
  /** How many failures and blind looks anybody was shown: a reason for not being able to tell. */
  readonly #troubles: () => number;

  constructor(world: World, platforms: ReadonlyMap<string, Platform>, troubles: () => number) {
    this.#world = world;
    this.#platforms = platforms;
    this.#troubles = troubles;
    this.journal = new JournalRules(world, {
      opened: () => {
        for (const platform of platforms.values()) platform.ranAtOpening = new Set(platform.running.keys());
      },
      committed: (deployment, event) => this.#committed(deployment, event),
      rolledBack: (deployment) => this.#rolledBack(deployment),
      refused: (deployment) => this.#untouched(deployment),
      attention: (deployment, reason) => this.#attention(deployment, reason),
    });
  }

  /** A platform received a request that changes something: its intent must be durable (G3). */
  received(request: Request): void {
    const { ctx, verb, platform, actor } = request;
    const { deployment, fence } = ctx;
    const intent = intentFor(this.journal, { deployment, verb, platform, token: fence.token });
    // Another holder may have gone on already; then the request is a stale one, which is judged when it lands.
    const overtaken = this.#latestToken > fence.token;
    if (!intent && !overtaken) {
      this.#world.violate(
        'G3 intent',
        `${platform.name} received ${verb} of ${deployment} without an intent of ${actor.traits.name}`,
      );
    }
  }

  /** What a person was told is what the journal says: outcome and exit code agree. */
  told({ outcome, deployment }: { outcome: string; deployment: string | null }): void {
    const known = deployment === null ? undefined : this.journal.deployments.get(deployment);
    if (!known) return;
    if (known.outcomes.has(outcome)) return;
    const recorded = [...known.outcomes].join(', ') || 'under way';
    this.#world.violate('G6 told', `${deployment} is ${recorded}, and a person was told: ${outcome}`);
  }

  /** A hiccup of the store, shorter than the lease, is no reason to leave a deployment half done (G14). */
  gaveUp(name: string): void {
    for (const { id, outcome, attention, paused } of this.journal.deployments.values()) {
      if (id.startsWith(`d-${name}`) && outcome === null && !attention && !paused) {
        this.#world.violate('G14 gave-up', `${id} was left half done, though the store was soon back`);
      }
    }
  }

  get #latestToken(): number {
    let latest = 0;
    for (const { steps } of this.journal.deployments.values()) {
      for (const { intent } of steps.values()) latest = Math.max(latest, intent?.token ?? 0);
    }
    return latest;
  }

  applied(request: Request, everStopped: boolean): void {
    const { ctx, verb, platform, actor } = request;
    const { token } = ctx.fence;
    // A platform that has not been touched since the lease changed hands cannot know, and cannot refuse.
    if (everStopped && token < this.leaseToken) {
      this.tainted = true;
      this.#world.count('late effect of a process that was stopped');
    } else if (token < platform.token) {
      this.#world.violate('stale-effect', `${verb} of ${actor.traits.name} under ${token}, after ${platform.token}`);
    }
    this.#judgeData(request);
  }

  #judgeData({ ctx, verb, platform, release }: Request): void {
    const plan = this.journal.deployments.get(ctx.deployment)?.plan;
    if (!platform.abilities.data || plan?.strategy !== 'recreate' || this.tainted) return;
    const ranBefore = platform.ranAtOpening;
    // What a deployment found running side by side, it may leave so.
    const others = [...platform.running.keys()].filter(
      (id) => id !== release && !(ranBefore.has(id) && ranBefore.has(release ?? '')),
    );
    if (verb === 'start' && others.length > 0)
      this.#world.violate('G7 two-writers', `${release} starts beside ${others.join(', ')}`);
    if (verb !== 'restore' || release === null) return;
    const own = [plan.before[platform.name]?.id, plan.refs[platform.name]?.id, platform.find(ctx.deployment)];
    if (own.some((id) => id != null && platform.running.has(id))) {
      this.#world.violate(
        'G7 restore-under-running',
        `${[...platform.running.keys()].join(', ')} runs while its data is replaced`,
      );
    }
    const kept = new Set(platform.snapshots.get(release));
    const lost = platform.data.filter((item) => item.startsWith('u') && !kept.has(item));
    const consented = Object.values(plan.restores).includes(release);
    if (lost.length > 0 && !consented)
      this.#world.violate('G8 writes-lost', `${lost.join(' ')} lost by restoring ${release}`);
  }

  #targets(deployment: KnownDeployment): Platform[] {
    return Object.keys(deployment.plan?.before ?? {}).flatMap((name) => this.#platforms.get(name) ?? []);
  }

  #committed(deployment: KnownDeployment, event: JournalEvent & { kind: 'deployment.committed' }): void {
    if (this.tainted) return;
    for (const platform of this.#targets(deployment)) {
      const wanted = event.data.release.refs[platform.name]?.id ?? null;
      if (platform.live !== wanted)
        this.#world.violate('G6 committed', `${platform.name} serves ${platform.live}, not ${wanted}`);
      if (wanted === null) continue;
      if (platform.shares[wanted] !== 1)
        this.#world.violate('G6 committed', `${platform.name} still shares its traffic`);
      if (platform.abilities.lifecycle && !platform.running.has(wanted) && !platform.died.has(wanted)) {
        this.#world.violate('G6 committed', `${wanted} is committed and does not run`);
      }
      const { kind } = platform.health(wanted);
      if (kind === 'never' || kind === 'ends')
        this.#world.violate('G6 committed-unhealthy', `${wanted} was never healthy`);
    }
  }

  /** Every difference between a platform and what it was before a deployment. */
  #differences(deployment: KnownDeployment): string[] {
    const found: string[] = [];
    for (const platform of this.#targets(deployment)) {
      const { name, abilities } = platform;
      const before = deployment.plan?.before[name]?.id ?? null;
      if (platform.live !== before) found.push(`${name} serves ${platform.live}, before it was ${before}`);
      if (before !== null && abilities.lifecycle && !platform.running.has(before)) found.push(`${before} does not run`);
      if (Object.keys(platform.shares).length > 1) found.push(`${name} still shares its traffic`);
      if (platform.held) found.push(`requests of ${name} are held`);
      const staged = platform.find(deployment.id);
      if (staged !== null) found.push(`${staged} was not discarded`);
      const started = deployment.steps.get(`start:${name}`);
      const candidate = deployment.plan?.refs[name]?.id;
      const ranBefore = (started?.expected as { running?: boolean } | null)?.running === true;
      if (
        started &&
        started.attempts > 0 &&
        candidate !== undefined &&
        !ranBefore &&
        candidate !== before &&
        platform.running.has(candidate)
      ) {
        found.push(`${candidate} still runs`);
      }
      found.push(...this.#dataDifferences(deployment, platform));
    }
    return found;
  }

  #dataDifferences(deployment: KnownDeployment, platform: Platform): string[] {
    const snapshot = platform.snapshots.get(`s-${deployment.id}-${platform.name}`);
    if (deployment.plan?.strategy !== 'recreate' || !snapshot || !platform.abilities.data) return [];
    const since = platform.data.slice(snapshot.length);
    const same =
      snapshot.every((item, index) => platform.data[index] === item) && since.every((item) => item.startsWith('u'));
    return same ? [] : [`the data of ${platform.name} is ${platform.data.join(' ')}, it was ${snapshot.join(' ')}`];
  }

  #rolledBack(deployment: KnownDeployment): void {
    if (this.tainted) return;
    for (const what of this.#differences(deployment)) this.#world.violate('G7 rolled-back', what);
  }

  #untouched(deployment: KnownDeployment): void {
    if (deployment.steps.size > 0) this.#world.violate('G6 refused', `${deployment.id} was refused after it had begun`);
    for (const platform of this.#platforms.values()) {
      if (platform.find(deployment.id) !== null)
        this.#world.violate('G6 refused', `${deployment.id} left something on ${platform.name}`);
    }
  }

  /** `stuck` names a reason, and there is one. */
  #attention(deployment: KnownDeployment, reason: string): void {
    if (reason === '') this.#world.violate('G6 attention', `${deployment.id} needs a person, and does not say why`);
    if (this.tainted || this.#troubles() > 0) return;
    // What does not answer any more cannot be proven healthy, though all else is as it was.
    if (this.#targets(deployment).some((platform) => platform.live !== null && platform.sick(platform.live))) return;
    if (deployment.outcome !== 'committed' && this.#differences(deployment).length === 0) {
      this.#world.violate('G6 attention', `${deployment.id} needs a person, but all is as it was: ${reason}`);
    }
  }

  /** After a deployment that nothing disturbed, only what is live runs, and its standby. */
  nothingIdle(standby: boolean): void {
    for (const { name, running } of this.#platforms.values()) {
      if (running.size <= (standby ? 2 : 1)) continue;
      this.#world.violate('G10 idle', `${[...running.keys()].join(', ')} run on ${name}`);
    }
  }

  /** When all is quiet: the journal is whole, the views follow from it, and the record agrees with the world. */
  async quiet(store: Store, environment: string, thoroughly: boolean): Promise<void> {
    if (thoroughly) await this.#rebuild(store, environment, await store.read({ environment }));
    const [stored] = await store.view('environments', { environment, limit: 1 });
    const row = stored?.row as EnvironmentRow | undefined;
    if (row?.open != null) this.#world.violate('G6 in-progress', `${row.open} is still under way`);
    if (row?.attention || this.tainted) return;
    for (const platform of this.#platforms.values())
      this.#settled(platform, row?.live?.refs[platform.name]?.id ?? null);
  }

  #settled(platform: Platform, recorded: string | null): void {
    const { name, live } = platform;
    if (live !== recorded) this.#world.violate('G6 record', `${name} serves ${live}, the record says ${recorded}`);
    if (live !== null && platform.abilities.lifecycle && !platform.running.has(live) && !platform.died.has(live)) {
      this.#world.violate('G6 record', `${live} serves and does not run`);
    }
    if (platform.held) this.#world.violate('G6 held', `requests of ${name} are held for ever`);
    for (const [id, { deployment }] of platform.releases) {
      const { outcome, attention, paused } = this.journal.deployments.get(deployment) ?? {};
      if (outcome !== 'committed' && !attention && !paused)
        this.#world.violate('G10 orphan', `${id} of a deployment that is ${outcome ?? 'nothing'}`);
    }
  }

  async #rebuild(store: Store, environment: string, events: readonly JournalEvent[]): Promise<void> {
    const chain = verifyChain(EMPTY_CHAIN, events);
    if (isFault(chain)) this.#world.violate('G18 chain', chain.what);
    const copy = memoryPlace().open(VIEWS);
    const holder = { user: '', host: '', bootId: '', pid: 0, pidStart: '', tool: '' };
    const taken = await copy.leases.acquire(environment, { holder, nonce: 'copy', ttlMs: 1 });
    if (!taken.granted) return;
    await copy.append(taken.fence, events);
    for (const view of [
      'environments',
      'deployments',
      'releases',
      'snapshots',
    ] as const satisfies readonly ViewName[]) {
      const [kept, rebuilt] = await Promise.all([store.view(view, { environment }), copy.view(view, { environment })]);
      if (JSON.stringify(kept) !== JSON.stringify(rebuilt))
        this.#world.violate('views', `${view} differ from a rebuild`);
    }
    for (const id of this.journal.deployments.keys()) {
      const own = events.filter((event) => event.deployment === id);
      const twice = [foldDeployment(own), foldDeployment(own)].map((state) =>
        JSON.stringify({ ...state, steps: [...(state?.steps ?? [])] }),
      );
      if (twice[0] !== twice[1]) this.#world.violate('fold', `${id} folds to two states`);
    }
  }
}
