/** `belay demo --history`: a store with some hundred deployments in it, all of them really run, to look at. */
import { accessSync, constants, cpSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { verifyEnvironment } from '../../core/audit.ts';
import { Problem } from '../../core/errors.ts';
import type { DeploymentRow } from '../../core/views.ts';
import { openDemoWorld } from '../../project-demo.ts';
import type { Store } from '../../stores/store.ts';
import { formatDuration } from '../../util/duration.ts';
import type { Cli } from '../cli.ts';
import { plainText, shape } from '../render/shape.ts';
import { createChance } from './chance.ts';
import { createHistoryRepository } from './history-repository.ts';
import { playHistory, type Story } from './history-story.ts';
import { commitTimes } from './history-times.ts';

const DAY = 86_400_000;
const WEEKS = 12;
/** How many deployments a commit leads to, as a rule. */
const PER_COMMIT = 2;
const SEED = 20_26;
/** The newest of it is not of this very moment. */
const ENDED_AGO_MS = 20 * 60_000;
const STATE = '.belay';

export interface HistoryDemoOptions {
  readonly dir?: string;
  readonly deployments: number;
  readonly json?: boolean;
}

interface Counted {
  readonly deployments: number;
  readonly events: number;
  readonly outcomes: Readonly<Record<string, number>>;
  readonly auditVerified: boolean;
}

export interface HistoryDemoResult extends Counted {
  readonly folder: string;
  readonly store: string;
  readonly ms: number;
}

/** @throws Problem USAGE when something is there already */
function folderFor(cli: Cli, dir: string | undefined): string {
  if (dir === undefined) return mkdtempSync(join(tmpdir(), 'belay-history-'));
  const folder = resolve(cli.cwd, dir);
  if (existsSync(folder) && readdirSync(folder).length > 0) {
    throw new Problem('USAGE', `${folder} is not empty`, { next: 'belay demo --history --dir ANOTHER' });
  }
  return folder;
}

/** Where each write need not wait for a disk: nothing is lost with a demo that is cut off. */
const MEMORY = '/dev/shm';

function scratchFor(folder: string): string {
  try {
    accessSync(MEMORY, constants.W_OK);
    return mkdtempSync(join(MEMORY, 'belay-history-'));
  } catch {
    // Not every system has one: then it is made where it is to be.
    return folder;
  }
}

/** What the record itself says of what was played. */
async function countIn(store: Store): Promise<Counted> {
  const outcomes: Record<string, number> = {};
  const rows = (await store.view('deployments', {})).map(({ row }) => row as DeploymentRow);
  for (const { outcome } of rows) outcomes[outcome ?? 'open'] = (outcomes[outcome ?? 'open'] ?? 0) + 1;
  const environments = await store.view('environments', {});
  const verdicts = await Promise.all(environments.map(({ environment }) => verifyEnvironment(store, environment)));
  const events = verdicts.reduce((sum, verdict) => sum + verdict.events, 0);
  return { deployments: rows.length, events, outcomes, auditVerified: verdicts.every(({ fault }) => fault === null) };
}

async function playIn(folder: string, version: string, story: Omit<Story, 'world'> & { readonly begins: number }) {
  const world = await openDemoWorld({ folder, version, begins: story.begins });
  try {
    await playHistory({ ...story, world });
    return await countIn(world.store);
  } finally {
    await world.close();
  }
}

export async function playHistoryDemo(cli: Cli, options: HistoryDemoOptions): Promise<HistoryDemoResult> {
  const started = performance.now();
  const folder = folderFor(cli, options.dir);
  const ends = Date.now() - ENDED_AGO_MS;
  const begins = ends - WEEKS * 7 * DAY;
  const chance = createChance(SEED);
  const times = commitTimes(chance, Math.max(3, Math.round(options.deployments / PER_COMMIT)), begins, ends);
  const commits = await createHistoryRepository(folder, times, chance);
  const scratch = scratchFor(folder);
  try {
    const counted = await playIn(scratch, cli.version, { chance, commits, begins, ends });
    if (scratch !== folder) cpSync(join(scratch, STATE), join(folder, STATE), { recursive: true });
    return { folder, store: join(folder, STATE, 'journal.db'), ...counted, ms: performance.now() - started };
  } finally {
    if (scratch !== folder) rmSync(scratch, { recursive: true, force: true });
  }
}

export function printHistoryDemo(
  cli: Cli,
  { folder, store, deployments, events, auditVerified, ms }: HistoryDemoResult,
): void {
  const look = shape(cli, auditVerified ? 'live' : 'needs-you');
  cli.out(plainText(cli, `${look} ${deployments} deployments, ${events} events, in ${formatDuration(ms)}`));
  cli.out('  really run on the no-op target; faults and times are made up, and the record says so');
  cli.out(`  the record is ${auditVerified ? 'complete and unchanged' : 'NOT intact'}`);
  cli.out(`  kept in ${folder}`);
  cli.out(`  next  cd ${folder} && belay metrics`);
  cli.out(`        belay dashboard --store ${store}`);
}
