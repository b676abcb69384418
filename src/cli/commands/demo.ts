/** `belay demo`: the main job on a real application, in under a minute, with nothing to set up. */
import { Command } from 'commander';
import { EXIT } from '../../core/errors.ts';
import { formatDuration } from '../../util/duration.ts';
import type { BuildCommand, Cli } from '../cli.ts';
import { type DemoResult, playDemo } from '../demo/story.ts';
import { shape } from '../render/shape.ts';

/** What the demo promises; anything else is a failure of ours. */
function keptItsPromise({ requests, deployments, auditVerified }: DemoResult): boolean {
  const outcomes = deployments.map((deployment) => deployment.outcome).join(' ');
  return requests.failedByStable === 0 && auditVerified && outcomes === 'committed committed rolled-back';
}

const number = (value: number) => value.toLocaleString('en-US');

function printSummary(cli: Cli, result: DemoResult, kept: boolean): void {
  const { requests } = result;
  const byVersion = Object.entries(requests.answeredByVersion).map(
    ([version, count]) => `${number(count)} by version ${version}`,
  );
  cli.err('');
  cli.err(
    `${shape(cli, kept ? 'live' : 'needs-you')} ${kept ? 'as promised' : 'NOT as promised'}  in ${formatDuration(result.ms)}`,
  );
  cli.err(`  ${number(requests.sent)} requests: ${byVersion.join(', ')}`);
  cli.err(`  ${number(requests.failedByStable)} failed that a good release should have answered`);
  cli.err(`  ${number(requests.failedByBadRelease)} failed by the bad release before it was taken back`);
  cli.err(`  the record is ${result.auditVerified ? 'complete and unchanged' : 'NOT intact'}`);
  cli.err(`  next  belay init   in your own project${result.folder ? `   ·   kept in ${result.folder}` : ''}`);
}

export const command: BuildCommand = (cli) =>
  new Command('demo')
    .description(
      'See it work: three releases of a small shop under traffic, the third one bad. Uses a temporary folder.',
    )
    .option('--json', 'print the result as one line of JSON on standard output')
    .option('--keep', 'leave the application running, and its folder in place')
    .option('--ascii', 'use no characters beyond ASCII')
    .action(async (options: { json?: boolean; keep?: boolean }) => {
      const result = await playDemo(cli, options.keep ?? false);
      const kept = keptItsPromise(result);
      if (options.json) cli.out(JSON.stringify(result));
      else printSummary(cli, result, kept);
      cli.exit(kept ? EXIT.ok : EXIT.problem);
    });
