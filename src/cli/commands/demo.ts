/** `belay demo`: the main job on a real application, in under a minute, with nothing to set up; and canaries, in three. */
import { Command, Option } from 'commander';
import { EXIT } from '../../core/errors.ts';
import type { BuildCommand, Cli } from '../cli.ts';
import { wholeNumber } from '../options.ts';
import { type CanaryDemoResult, playCanaryDemo } from '../demo/canary-story.ts';
import { playHistoryDemo, printHistoryDemo } from '../demo/history.ts';
import { type PlatformDemoResult, playPlatformDemo } from '../demo/platform-story.ts';
import { type DemoResult, playDemo } from '../demo/story.ts';
import { printCanarySummary, printPlatformSummary, printSummary } from '../demo/summary.ts';

interface DemoOptions {
  readonly canary?: boolean;
  readonly platform?: 'convex-vercel';
  readonly history?: boolean;
  readonly dir?: string;
  readonly deployments: number;
  readonly json?: boolean;
  readonly keep?: boolean;
}

/** What the demo promises; anything else is a failure of ours. */
function keptItsPromise(
  { requests, deployments, auditVerified }: DemoResult | CanaryDemoResult,
  promised: readonly string[],
): boolean {
  const outcomes = deployments.map((deployment) => deployment.outcome);
  return requests.failedByStable === 0 && auditVerified && outcomes.join(' ') === promised.join(' ');
}

type Play = (cli: Cli, options: DemoOptions) => Promise<boolean>;

async function demo(cli: Cli, { json = false, keep = false }: DemoOptions): Promise<boolean> {
  const result = await playDemo(cli, keep);
  const kept = keptItsPromise(result, ['committed', 'committed', 'rolled-back']);
  if (json) cli.out(JSON.stringify(result));
  else printSummary(cli, result, kept);
  return kept;
}

async function canaryDemo(cli: Cli, { json = false, keep = false }: DemoOptions): Promise<boolean> {
  const result = await playCanaryDemo(cli, keep);
  const kept = keptItsPromise(result, ['committed', 'committed', 'rolled-back', 'rolled-back']);
  if (json) cli.out(JSON.stringify(result));
  else printCanarySummary(cli, result, kept);
  return kept;
}

const PLATFORM_STORY = ['committed', 'committed', 'rolled-back', 'refused', 'committed', 'committed', 'committed'];

async function platformDemo(cli: Cli, { json = false, keep = false }: DemoOptions): Promise<boolean> {
  const result = await playPlatformDemo(cli, keep);
  const kept = keptPlatformPromise(result);
  if (json) cli.out(JSON.stringify(result));
  else printPlatformSummary(cli, result, kept);
  return kept;
}

async function historyDemo(cli: Cli, { json = false, dir, deployments }: DemoOptions): Promise<boolean> {
  const result = await playHistoryDemo(cli, { deployments, ...(dir === undefined ? {} : { dir }) });
  if (json) cli.out(JSON.stringify(result));
  else printHistoryDemo(cli, result);
  return result.auditVerified;
}

function playOf({ history, platform, canary }: DemoOptions): Play {
  if (history) return historyDemo;
  if (platform) return platformDemo;
  return canary ? canaryDemo : demo;
}

function keptPlatformPromise({ deployments, auditVerified, snapshots }: PlatformDemoResult): boolean {
  const outcomes = deployments.map(({ outcome }) => outcome);
  return auditVerified && snapshots.some(({ verified }) => verified) && outcomes.join(' ') === PLATFORM_STORY.join(' ');
}

export const command: BuildCommand = (cli) =>
  new Command('demo')
    .description(
      'See it work: three releases of a small shop under traffic, the third one bad. Uses a temporary folder.',
    )
    .option('--canary', 'four releases, judged by the traffic that they share: two good, two slightly bad')
    .addOption(
      new Option('--platform <name>', 'a Next.js application on clouds that run on this machine').choices([
        'convex-vercel',
      ]),
    )
    .option('--history', 'twelve weeks of deployments on the no-op target, with faults, to look at: kept in a folder')
    .option('--dir <folder>', 'with --history: where it is kept (default: a new temporary folder)')
    .option('--deployments <count>', 'with --history: about so many', wholeNumber, 300)
    .option('--json', 'print the result as one line of JSON on standard output')
    .option('--keep', 'leave the application running, and its folder in place')
    .option('--ascii', 'use no characters beyond ASCII')
    .action(async (options: DemoOptions) => {
      const kept = await playOf(options)(cli, options);
      cli.exit(kept ? EXIT.ok : EXIT.problem);
    });
