/** Written limits of the review into their one form. */
import { parseShare } from '../util/share.ts';
import type { ReviewConfig } from './config.ts';
import { REVIEW_DEFAULTS } from './defaults.ts';
import { ms } from './normalize-common.ts';
import type { WrittenConfig } from './shape.ts';

/** Left out is the default; `null` is watched by nobody. */
const orDefault = <T>(written: T | null | undefined, byDefault: T): T | null =>
  written === undefined ? byDefault : written;

export function normalizeReview(written: WrittenConfig['review'] = {}): ReviewConfig {
  const failureRate = orDefault(written.failureRate, REVIEW_DEFAULTS.failureRate);
  const recovery = orDefault(written.recovery, REVIEW_DEFAULTS.recovery);
  return {
    teamSize: orDefault<number>(written.teamSize, REVIEW_DEFAULTS.teamSize),
    deploysPerWeek: orDefault<number>(written.deploysPerWeek, REVIEW_DEFAULTS.deploysPerWeek),
    users: orDefault<number>(written.users, REVIEW_DEFAULTS.users),
    usersNow: written.usersNow ?? null,
    failureRate: failureRate === null ? null : parseShare(failureRate),
    recoveryMs: recovery === null ? null : ms(recovery),
  };
}
