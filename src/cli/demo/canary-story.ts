/** The story of `belay demo --canary`: a good release is shown to be good; two bad ones are found by few customers. */
import { setTimeout as delay } from 'node:timers/promises';
import { haproxyVersion } from '../../project-doctor.ts';
import { isProblem } from '../../core/errors.ts';
import type { Cli } from '../cli.ts';
import { type Judged, judgementOf } from './canary-record.ts';
import { BASE_ERROR_RATE, CANARY_VERSIONS, canaryConfiguration } from './canary-shop.ts';
import { readRecord } from './record.ts';
import { commitVersion, createShop, type Version } from './repository.ts';
import { belay, onStage, type Played, type Stage } from './stage.ts';
import type { DemoResult } from './story.ts';
import { countOf, startTraffic, type Tally } from './traffic.ts';

export type DemoRouter = 'embedded' | 'haproxy';

export interface CanaryDemoResult extends Omit<DemoResult, 'requests' | 'deployments'> {
  readonly router: DemoRouter;
  readonly requests: DemoResult['requests'] & {
    /** Got no answer of any release. */
    readonly lost: number;
    /** Failures that the good releases have by themselves, one in a hundred: part of no other count. */
    readonly failedAsAlways: number;
  };
  readonly deployments: readonly (DemoResult['deployments'][number] & Judged)[];
}

const REQUESTS_PER_SECOND = 150;
const REGULARS = { people: 60, share: 0.1 };
/** How slow the slowest requests of the old release are is known after a thousand and more. */
const ORDINARY_DAY_MS = 10_000;
const GOOD = new Set(['1', '2']);
/** Standard deviations; chance goes beyond once in millions of demos. */
const CHANCE = 5;

function mostFailures(answers: number): number {
  const expected = answers * BASE_ERROR_RATE;
  return Math.ceil(expected + CHANCE * Math.sqrt(expected));
}

function tallyOf({ sent, answered, failed }: Tally): CanaryDemoResult['requests'] {
  const isGood = (version: string) => GOOD.has(version);
  const failures = countOf(failed, isGood);
  const usual = Math.min(failures, mostFailures(countOf(answered, isGood) + failures));
  const lost = failed['none'] ?? 0;
  return {
    sent,
    answeredByVersion: answered,
    failedByStable: lost + failures - usual,
    failedByBadRelease: countOf(failed, (version) => !isGood(version) && version !== 'none'),
    lost,
    failedAsAlways: usual,
  };
}

/** HAProxy where it can be used. */
async function chooseRouter(): Promise<{ readonly router: DemoRouter; readonly words: string }> {
  try {
    return { router: 'haproxy', words: `HAProxy ${(await haproxyVersion(undefined)).split(/[-,]/, 1)[0]}` };
  } catch (error) {
    if (!isProblem(error, 'TOOL_MISSING')) throw error;
    return { router: 'embedded', words: `Belay's own router (${error.why})` };
  }
}

/** What is new, release by release after the first. */
const TOLD: readonly ((version: Version) => string)[] = [
  ({ subject }) => `"${subject}" is good: it takes over as soon as that is shown`,
  ({ subject }) => `"${subject}" fails five times as often: 5 of 100 requests, and every health check passes`,
  ({ subject }) => `"${subject}" makes 5 of 100 requests 300 ms slower, and fails no more often than before`,
];

async function deployOneByOne(stage: Stage, versions: readonly Version[]): Promise<void> {
  await delay(ORDINARY_DAY_MS);
  for (const [index, version] of versions.entries()) {
    stage.cli.err(`\n${index + 2}. ${TOLD[index]?.(version)}`);
    await commitVersion(stage, version);
    await belay(stage, ['deploy'], 'progress');
  }
}

async function play(stage: Stage): Promise<Omit<CanaryDemoResult, keyof Played>> {
  const { cli, port } = stage;
  const [first, ...others] = CANARY_VERSIONS;
  const { router, words } = await chooseRouter();
  await createShop(stage, canaryConfiguration(port, router), first);
  cli.err(`1. The first release of a small shop goes live on http://127.0.0.1:${port}, behind ${words}`);
  await belay(stage, ['deploy'], 'progress');
  const traffic = startTraffic(port, REQUESTS_PER_SECOND, REGULARS);
  cli.err(`\nCustomers arrive, ${REQUESTS_PER_SECOND} requests a second; one in a hundred fails, as always`);
  try {
    await deployOneByOne(stage, others);
  } finally {
    await traffic.stop();
  }
  cli.err(`\n${others.length + 2}. What the record says`);
  const { deployments, auditVerified } = await readRecord(stage);
  const judged = await Promise.all(deployments.map((one) => judgementOf(stage, one)));
  return { requests: tallyOf(traffic.tally), deployments: judged, auditVerified, router };
}

export function playCanaryDemo(cli: Cli, keep: boolean): Promise<CanaryDemoResult> {
  return onStage(cli, keep, play);
}
