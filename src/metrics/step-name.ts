/** What the id of a step says: `stage:web`, `check`, and of a canary `shift:web:1` and `judge:1`. */

export interface StepName {
  readonly step: string;
  readonly target: string | null;
  readonly stage: number | null;
}

/** They concern all targets: what follows their kind is the stage of a canary. */
const WITHOUT_TARGET: ReadonlySet<string> = new Set(['check', 'judge', 'soak', 'verify']);

export function stepName(id: string): StepName {
  const [step = id, ...rest] = id.split(':');
  const [target = null, stage] = WITHOUT_TARGET.has(step) ? [null, rest[0]] : rest;
  return { step, target, stage: stage === undefined ? null : Number(stage) };
}

/** These steps let users meet the candidate. */
export function movesTraffic(id: string): boolean {
  return id.startsWith('activate:') || id.startsWith('shift:');
}
