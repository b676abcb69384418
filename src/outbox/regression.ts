/** News that no event of the journal tells: what metrics have found. */
import type { Message } from '../notifiers/notifier.ts';

export interface Regression {
  readonly app: string;
  readonly environment: string;
  /** Which series of the metrics. */
  readonly series: string;
  /** In one line: what got how much slower from which release on, and how sure that is. */
  readonly text: string;
  /** The release from which on. */
  readonly release: string;
  /** ISO. */
  readonly at: string;
  readonly link: string | null;
}

/** The same finding has the same id: found again tomorrow, it is no other message. */
export function regressionMessage({ app, environment, series, text, release, at, link }: Regression): Message {
  return {
    id: `regression-${environment}-${series}-${release}`.replaceAll(/[^A-Za-z0-9._-]+/g, '-'),
    news: 'regression',
    severity: 'warning',
    at,
    app,
    environment,
    deployment: null,
    kind: null,
    code: null,
    actor: 'belay',
    durationMs: null,
    text,
    failure: null,
    evidence: null,
    live: null,
    next: `belay metrics --env ${environment}`,
    link,
    count: 1,
  };
}
