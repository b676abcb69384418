/** Every kind of step by its name in the plan. */
import type { StepKind } from '../plan.ts';
import { activate } from './activate.ts';
import { judge, shift } from './canary.ts';
import { restore, snapshot } from './data.ts';
import { hold, resume } from './hold.ts';
import { check, soak, verify } from './observe.ts';
import { retire, start, stop } from './process.ts';
import { stage } from './stage.ts';
import type { Step } from './step.ts';

export const STEPS: Readonly<Record<StepKind, Step>> = {
  stage,
  hold,
  stop,
  snapshot,
  restore,
  start,
  check,
  shift,
  judge,
  activate,
  soak,
  verify,
  resume,
  retire,
};
