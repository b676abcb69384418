/** The command that a person runs next, for each news. */
import type { JournalEvent } from '../core/events.ts';
import type { News } from '../notifiers/notifier.ts';

export function nextCommand(news: News, { environment, deployment }: JournalEvent): string | null {
  const env = `--env ${environment}`;
  switch (news) {
    case 'failed':
    case 'rolled-back':
    case 'trigger-fired':
      return deployment === null ? `belay status ${env}` : `belay show ${deployment}`;
    case 'refused':
      return `belay plan ${env}`;
    case 'paused':
      return `belay resume ${env}`;
    case 'stuck':
      return `belay recover ${env}`;
    case 'check-failing':
      return `belay check ${env}`;
    case 'lock-taken':
    case 'schema-mismatch':
    case 'drift':
    case 'alert':
      return `belay status ${env}`;
    case 'regression':
      return `belay metrics ${env}`;
    default:
      return null;
  }
}
