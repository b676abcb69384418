/** States as shape, word and tone, never colour alone: one table for every screen. */
import type { TimelineStep } from '../../src/server/api/deployments.ts';
import type { EnvironmentCard, Health } from '../../src/server/api/overview.ts';
import { percent } from './format.ts';

export type Tone = 'green' | 'blue' | 'amber' | 'violet' | 'grey-red' | 'red' | 'grey';
export type ShapeName = 'circle' | 'half' | 'ring' | 'arrow' | 'bar' | 'triangle' | 'lock' | 'dash';

export interface State {
  readonly shape: ShapeName;
  readonly tone: Tone;
  readonly word: string;
}

const state = (shape: ShapeName, tone: Tone, word: string): State => ({ shape, tone, word });

/** Of a deployment; null while it is open. */
export function outcomeState(outcome: string | null): State {
  switch (outcome) {
    case null:
      return state('half', 'blue', 'in progress');
    case 'committed':
      return state('circle', 'green', 'committed');
    case 'rolled-back':
      return state('arrow', 'violet', 'rolled back');
    case 'refused':
      return state('bar', 'grey-red', 'refused');
    case 'paused':
      return state('ring', 'amber', 'paused');
    case 'stuck':
      return state('triangle', 'red', 'needs you');
    default:
      return state('dash', 'grey', outcome);
  }
}

export function checkState(status: Health['status']): State {
  switch (status) {
    case 'pass':
      return state('circle', 'green', 'healthy');
    case 'warn':
      return state('ring', 'amber', 'warning');
    case 'fail':
      return state('triangle', 'red', 'failing');
    case 'inconclusive':
      return state('ring', 'amber', 'cannot tell');
    case 'error':
      return state('ring', 'amber', 'could not look');
    case 'not-configured':
      return state('dash', 'grey', 'not checked');
  }
}

/** A gate passes or refuses; it is not "healthy". */
export function gateState(status: Health['status']): State {
  if (status === 'pass') return state('circle', 'green', 'passed');
  if (status === 'fail') return state('bar', 'grey-red', 'refused');
  return checkState(status);
}

/** @param ended nothing comes any more */
export function stepState(phase: TimelineStep['phase'], ended: boolean): State {
  switch (phase) {
    case 'planned':
      return state('dash', 'grey', ended ? 'not reached' : 'to come');
    case 'intended':
      return state('half', 'blue', 'running');
    case 'unknown':
      return state('ring', 'amber', 'cannot tell');
    case 'absent':
      return state('dash', 'grey', 'left nothing');
    case 'done':
      return state('circle', 'green', 'done');
    case 'failed':
      return state('triangle', 'red', 'failed');
    case 'undoing':
      return state('half', 'blue', 'being undone');
    case 'undo-failed':
      return state('triangle', 'red', 'undo failed');
    case 'undone':
      return state('arrow', 'violet', 'undone');
  }
}

/** The one word for an environment: what needs a person first, then what happens, then how it is. */
export function environmentState(card: EnvironmentCard): State {
  if (card.attention?.state === 'stuck') return state('triangle', 'red', 'needs you');
  if (card.running !== null) return runningState(card.running);
  if (card.attention?.state === 'paused') return state('ring', 'amber', 'paused');
  if (card.live === null) return state('dash', 'grey', 'nothing live');
  const worst = [...card.targets].sort((a, b) => WORST.indexOf(a.health.status) - WORST.indexOf(b.health.status))[0];
  const health = worst === undefined ? null : checkState(worst.health.status);
  return health === null || health.shape === 'dash' ? state('circle', 'green', 'live') : health;
}

const WORST: readonly Health['status'][] = ['fail', 'error', 'inconclusive', 'warn', 'not-configured', 'pass'];

function runningState(running: NonNullable<EnvironmentCard['running']>): State {
  if (running.direction === 'backward') return state('half', 'blue', 'going back');
  if (running.share !== null) return state('half', 'blue', `shifting ${percent(running.share)}`);
  return state('half', 'blue', running.kind === 'rollback' ? 'rolling back' : 'deploying');
}

/** What the way back takes. */
export const CLASS_WORDS: Readonly<Record<string, string>> = {
  'code-only': 'nothing of the schema or the data has to go back',
  'code+schema': 'the code goes back, the expanded schema stays',
  'restore-required': 'data has to be restored from a snapshot, with your consent',
  'forward-only': 'there is no way back: repair by deploying forward',
};
