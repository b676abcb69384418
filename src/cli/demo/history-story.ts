/** Twelve weeks of a small team, played through the real engine: what it deployed, what went wrong, and who went back. */
import type { Verdict } from '../../core/recover.ts';
import type { DemoFault, DemoWorld } from '../../project-demo.ts';
import type { Chance } from './chance.ts';
import { type Commands, createCommands } from './history-commands.ts';
import type { DatedCommit } from './history-repository.ts';
import { createPace, nextWorkingHour } from './history-times.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** So many of each in a hundred deployments. */
type Faults = Readonly<Partial<Record<DemoFault, number>>>;

const STAGING_FAULTS: Faults = { build: 8, check: 5, activate: 2 };
const PRODUCTION_FAULTS: Faults = { check: 2, activate: 2, later: 4, stuck: 1, pause: 2, abort: 1, crash: 1, drift: 2 };

interface Task {
  readonly at: number;
  readonly run: () => Promise<void>;
}

export interface Story {
  readonly world: DemoWorld;
  readonly chance: Chance;
  readonly commits: readonly DatedCommit[];
  /** Milliseconds since 1970: nothing happens after it. */
  readonly ends: number;
}

/** Dealt like cards, so that each fault comes as often as it should, in another order every time. */
function createDeck(chance: Chance, faults: Faults): () => DemoFault | null {
  let deck: (DemoFault | null)[] = [];
  const fill = () => {
    const bad = Object.entries(faults).flatMap(([fault, count]) => Array<DemoFault>(count).fill(fault as DemoFault));
    const cards = [...bad, ...Array<null>(100 - bad.length).fill(null)];
    return cards.map((card) => ({ card, at: chance.draw() })).toSorted((a, b) => a.at - b.at);
  };
  return () => {
    if (deck.length === 0) deck = fill().map(({ card }) => card);
    return deck.pop() ?? null;
  };
}

interface Playing {
  readonly world: DemoWorld;
  readonly chance: Chance;
  readonly commands: Commands;
  readonly plan: (at: number, run: Task['run']) => void;
  readonly nextInStaging: () => DemoFault | null;
  readonly nextInProduction: () => DemoFault | null;
}

export async function playHistory(story: Story): Promise<void> {
  const { world, chance, commits, ends } = story;
  const tasks: Task[] = [];
  const plan = (at: number, run: Task['run']) => void (at < ends && tasks.push({ at, run }));
  const playing: Playing = {
    world,
    chance,
    plan,
    commands: createCommands(world, chance, createPace(ends)),
    nextInStaging: createDeck(chance, STAGING_FAULTS),
    nextInProduction: createDeck(chance, PRODUCTION_FAULTS),
  };
  for (const commit of commits) {
    if (chance.happens(0.3)) plan(commit.at + 4 * MINUTE, async () => void (await ship(playing, commit, 'preview')));
    plan(commit.at + chance.between(10, 40) * MINUTE, () => toStaging(playing, commit));
  }
  for (;;) {
    const next = tasks.reduce<Task | null>((first, task) => (first && first.at <= task.at ? first : task), null);
    if (!next) return;
    tasks.splice(tasks.indexOf(next), 1);
    world.clock.jumpTo(next.at);
    await next.run();
  }
}

/** What people do about it, some time later. */
function aftermath({ world, chance, plan, commands }: Playing, fault: DemoFault | null, commit: DatedCommit): void {
  const environment = 'production';
  const later = (low: number, high: number) => world.clock.now() + chance.between(low, high) * MINUTE;
  const settle = (verdict: Verdict, reason: string) => () => commands.settle(environment, verdict, reason);
  if (fault === 'stuck') plan(later(8, 50), settle('retry', 'the platform answers again'));
  if (fault === 'crash') plan(later(2, 10), settle('retry', 'the runner was lost'));
  if (fault === 'pause')
    plan(later(5, 90), settle(chance.happens(0.7) ? 'forward' : 'backward', 'support has answered'));
  // Refused: the commit was taken back.
  if (fault === 'later' && chance.happens(0.5))
    plan(later(5, 30), async () => void (await commands.ship('promote', commit, { environment, actor: 'tom' })));
}

async function toProduction(playing: Playing, commit: DatedCommit): Promise<void> {
  const { world, chance, plan, commands } = playing;
  const fault = playing.nextInProduction();
  const by = { environment: 'production', actor: chance.pick(['mia', 'mia', 'tom', 'ada']) };
  if (fault === 'drift') {
    await world.changeBehindBack('production');
    await commands.ship('promote', commit, by);
    const accepting = { ...by, acceptDrift: true };
    plan(world.clock.now() + 10 * MINUTE, async () => void (await commands.ship('promote', commit, accepting)));
    return;
  }
  const result = await commands.ship('promote', commit, { ...by, fault });
  aftermath(playing, fault, commit);
  if (result?.outcome === 'committed' && fault === null && chance.happens(0.05))
    plan(world.clock.now() + chance.between(8, 150) * MINUTE, () => commands.goBack('production'));
}

async function ship(
  { world, chance, plan, commands, nextInStaging }: Playing,
  commit: DatedCommit,
  environment: string,
) {
  const fault = nextInStaging();
  const by = { environment, actor: 'ci' };
  const result = await commands.ship('deploy', commit, { ...by, fault });
  if (fault === 'build' && chance.happens(0.4))
    plan(world.clock.now() + 12 * MINUTE, async () => void (await commands.ship('deploy', commit, by)));
  return result;
}

async function toStaging(playing: Playing, commit: DatedCommit): Promise<void> {
  const { world, chance, plan } = playing;
  const result = await ship(playing, commit, 'staging');
  if (result?.outcome !== 'committed' || !chance.happens(0.75)) return;
  const at = nextWorkingHour(world.clock.now() + chance.between(0.5, 5) * HOUR);
  plan(at, () => toProduction(playing, commit));
}
