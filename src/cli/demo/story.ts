/** The story of the demo: three releases under steady traffic, the third one bad; then what the record says. */
import type { Cli } from '../cli.ts';
import { readRecord, type Told } from './record.ts';
import { commitVersion, createShop } from './repository.ts';
import { configuration, VERSIONS } from './shop.ts';
import { belay, onStage, type Played, type Stage } from './stage.ts';
import { countOf, startTraffic, type Tally } from './traffic.ts';

export interface DemoResult extends Played {
  readonly requests: {
    readonly sent: number;
    readonly answeredByVersion: Readonly<Record<string, number>>;
    /** Requests that a good release should have answered and that failed, or that got no answer at all. */
    readonly failedByStable: number;
    readonly failedByBadRelease: number;
  };
  readonly deployments: readonly Told[];
  readonly auditVerified: boolean;
}

const REQUESTS_PER_SECOND = 100;
const BAD = '3';

function tallyOf({ sent, answered, failed }: Tally): DemoResult['requests'] {
  return {
    sent,
    answeredByVersion: answered,
    failedByStable: countOf(failed, (version) => version !== BAD),
    failedByBadRelease: countOf(failed, (version) => version === BAD),
  };
}

async function play(stage: Stage): Promise<Omit<DemoResult, keyof Played>> {
  const { cli, port } = stage;
  const [first, second, third] = VERSIONS;
  await createShop(stage, configuration(port), first);
  cli.err(`1. The first release of a small shop goes live on http://127.0.0.1:${port}`);
  await belay(stage, ['deploy'], 'progress');
  cli.err(
    `\n2. Customers arrive, ${REQUESTS_PER_SECOND} requests a second; the second release goes live beside the first`,
  );
  const traffic = startTraffic(port, REQUESTS_PER_SECOND);
  await commitVersion(stage, second);
  await belay(stage, ['deploy'], 'progress');
  cli.err(`\n3. The third release, "${third.subject}", looks healthy, then fails its customers`);
  await commitVersion(stage, third);
  await belay(stage, ['deploy'], 'progress');
  await traffic.stop();
  cli.err('\n4. What the record says');
  return { requests: tallyOf(traffic.tally), ...(await readRecord(stage)) };
}

export function playDemo(cli: Cli, keep: boolean): Promise<DemoResult> {
  return onStage(cli, keep, play);
}
