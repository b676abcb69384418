/** What the record of a demo says at its end: shown to the person, and read. */
import { belay, type Stage } from './stage.ts';

/** A deployment, as the history has it. */
export interface Told {
  readonly id: string;
  readonly kind: string;
  readonly outcome: string;
  readonly reason: string | null;
}

/** Oldest first. */
export async function readRecord(
  stage: Stage,
): Promise<{ readonly deployments: readonly Told[]; readonly auditVerified: boolean }> {
  await belay(stage, ['history'], 'data');
  const audit = await belay(stage, ['audit', 'verify'], 'data');
  const history = await belay(stage, ['history', '--json'], 'nothing');
  const { deployments } = JSON.parse(history.stdout) as { deployments: readonly Told[] };
  return {
    deployments: deployments.map(({ id, kind, outcome, reason }) => ({ id, kind, outcome, reason })).toReversed(),
    auditVerified: audit.code === 0,
  };
}
