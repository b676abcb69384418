/** Refuses the changes of a deposed operator (external effects, class A): the highest token per application wins. */
import { Problem } from '../core/errors.ts';
import type { Fence } from '../stores/store.ts';
import type { AppRecord } from './daemon-state.ts';

/**
 * Judges a caller's fence and remembers it. True when the record changed and must reach the disk first.
 * @throws Problem FENCED, STORE_WENT_BACK, TARGET_FAILED
 */
export function admitFence(name: string, record: AppRecord, fence: Fence): boolean {
  if (fence.environment !== record.environment) {
    throw new Problem('TARGET_FAILED', `The application ${name} belongs to another environment`, {
      why: `It is run for ${record.environment}; this came from ${fence.environment}.`,
      next: 'belay status --all',
    });
  }
  if (fence.token < record.token) {
    throw new Problem('FENCED', `This deployment no longer holds the lock on ${fence.environment}`, {
      why: `The daemon has taken orders under lock ${record.token}; this one came under ${fence.token}.`,
      next: 'belay status',
    });
  }
  if (fence.token === record.token && fence.nonce !== record.nonce) {
    throw new Problem('STORE_WENT_BACK', `The store has forgotten something about ${fence.environment}`, {
      why: `Lock number ${fence.token} was given out twice, which only happens when writes were lost.`,
      next: 'belay audit verify',
    });
  }
  const changed = fence.token > record.token;
  record.token = fence.token;
  record.nonce = fence.nonce;
  return changed;
}
