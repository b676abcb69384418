/** `belay demo`: the main job on a real application, in under a minute, with nothing to set up; and canaries, in three. */
import { Command, Option } from 'commander';
import { EXIT } from '../../core/errors.ts';
import type { BuildCommand, Cli } from '../cli.ts';
import { type CanaryDemoResult, playCanaryDemo } from '../demo/canary-story.ts';
import { type PlatformDemoResult, playPlatformDemo } from '../demo/platform-story.ts';
import { type DemoResult, playDemo } from '../demo/story.ts';
import { printCanarySummary, printPlatformSummary, printSummary } from '../demo/summary.ts';

interface DemoOptions {
  readonly canary?: boolean;
  readonly platform?: 'convex-vercel';
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
    .option('--json', 'print the result as one line of JSON on standard output')
    .option('--keep', 'leave the application running, and its folder in place')
    .option('--ascii', 'use no characters beyond ASCII')
    .action(async (options: DemoOptions) => {
      const play = options.platform ? platformDemo : options.canary ? canaryDemo : demo;
      const kept = await play(cli, options);
      cli.exit(kept ? EXIT.ok : EXIT.problem);
    });
