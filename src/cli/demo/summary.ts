/** How a demo ended, for a person: whether it kept what it promises, and the figures. */
import { formatDuration } from '../../util/duration.ts';
import type { Cli } from '../cli.ts';
import { OUTCOME_LOOKS, plainText, shape } from '../render/shape.ts';
import type { Outcome } from '../../core/state.ts';
import type { CanaryDemoResult } from './canary-story.ts';
import type { PlatformDemoResult } from './platform-story.ts';
import type { DemoResult } from './story.ts';

const number = (value: number) => value.toLocaleString('en-US');

function printHead(cli: Cli, { requests, ms }: Pick<DemoResult, 'requests' | 'ms'>, kept: boolean): void {
  const byVersion = Object.entries(requests.answeredByVersion).map(
    ([version, count]) => `${number(count)} by version ${version}`,
  );
  cli.err('');
  cli.err(
    `${shape(cli, kept ? 'live' : 'needs-you')} ${kept ? 'as promised' : 'NOT as promised'}  in ${formatDuration(ms)}`,
  );
  cli.err(`  ${number(requests.sent)} requests: ${byVersion.join(', ')}`);
}

function printFoot(cli: Cli, { auditVerified, folder }: Pick<DemoResult, 'auditVerified' | 'folder'>): void {
  cli.err(`  the record is ${auditVerified ? 'complete and unchanged' : 'NOT intact'}`);
  cli.err(`  next  belay init   in your own project${folder ? `   ·   kept in ${folder}` : ''}`);
}

export function printSummary(cli: Cli, result: DemoResult, kept: boolean): void {
  printHead(cli, result, kept);
  cli.err(`  ${number(result.requests.failedByStable)} failed that a good release should have answered`);
  cli.err(`  ${number(result.requests.failedByBadRelease)} failed by the bad release before it was taken back`);
  printFoot(cli, result);
}

export function printCanarySummary(cli: Cli, result: CanaryDemoResult, kept: boolean): void {
  const { requests, deployments } = result;
  printHead(cli, result, kept);
  cli.err(
    `  ${number(requests.lost)} got no answer; ${number(requests.failedAsAlways)} failed as always on good releases`,
  );
  cli.err(`  ${number(requests.failedByBadRelease)} failed by the two bad releases before they were taken back`);
  for (const [index, { outcome, verdict }] of deployments.entries()) {
    cli.err(plainText(cli, `  ${shape(cli, OUTCOME_LOOKS[outcome as Outcome])} version ${index + 1}  ${verdict}`));
  }
  printFoot(cli, result);
}

export function printPlatformSummary(cli: Cli, result: PlatformDemoResult, kept: boolean): void {
  const { deployments, snapshots, pages, ms } = result;
  cli.err('');
  cli.err(
    `${shape(cli, kept ? 'live' : 'needs-you')} ${kept ? 'as promised' : 'NOT as promised'}  in ${formatDuration(ms)}`,
  );
  for (const { id, kind, outcome } of deployments) {
    cli.err(plainText(cli, `  ${shape(cli, OUTCOME_LOOKS[outcome as Outcome])} ${id}  ${kind} ${outcome}`));
  }
  cli.err(
    `  ${snapshots.length} snapshots, ${snapshots.filter(({ verified }) => verified).length} restored for a test`,
  );
  cli.err(`  visitors saw: ${pages.join(' · ')}`);
  printFoot(cli, result);
}
