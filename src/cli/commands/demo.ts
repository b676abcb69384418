/** `belay demo`: the main job on a real application, in under a minute, with nothing to set up; and canaries, in three. */
import { Command } from 'commander';
import { EXIT } from '../../core/errors.ts';
import type { BuildCommand, Cli } from '../cli.ts';
import { type CanaryDemoResult, playCanaryDemo } from '../demo/canary-story.ts';
import { type DemoResult, playDemo } from '../demo/story.ts';
import { printCanarySummary, printSummary } from '../demo/summary.ts';

interface DemoOptions {
  readonly canary?: boolean;
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

export const command: BuildCommand = (cli) =>
  new Command('demo')
    .description(
      'See it work: three releases of a small shop under traffic, the third one bad. Uses a temporary folder.',
    )
    .option('--canary', 'four releases, judged by the traffic that they share: two good, two slightly bad')
    .option('--json', 'print the result as one line of JSON on standard output')
    .option('--keep', 'leave the application running, and its folder in place')
    .option('--ascii', 'use no characters beyond ASCII')
    .action(async (options: DemoOptions) => {
      const kept = await (options.canary ? canaryDemo(cli, options) : demo(cli, options));
      cli.exit(kept ? EXIT.ok : EXIT.problem);
    });
