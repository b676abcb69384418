/** What an application cannot do, and why. */
import { Problem } from '../core/errors.ts';

export function unknownRelease(app: string, release: string): Problem {
  return new Problem('TARGET_FAILED', `Traffic of ${app} cannot go to release ${release}`, {
    why: 'The daemon runs no such release of it.',
    next: 'belay status',
  });
}

export function stillRouted(app: string, release: string): Problem {
  return new Problem('TARGET_FAILED', `Release ${release} of ${app} cannot be removed`, {
    why: 'It still has a share of the traffic.',
    next: 'belay status',
  });
}
