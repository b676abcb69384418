/** An event of the journal in the forms that the pages need: a row of the record, a message of the feed, a moment. */
import { eventDetail } from '../../core/event-words.ts';
import type { JournalEvent } from '../../core/events.ts';
import type { Moment } from '../api/deployments.ts';
import type { FeedEvent } from '../api/feed.ts';
import type { AuditEvent } from '../api/record.ts';
import { measurementsOf } from './measurement.ts';

export function auditEventOf(event: JournalEvent): AuditEvent {
  const { environment, n, id, at, kind, actor, deployment, hash } = event;
  return { environment, n, id, at, kind, actor, deployment, detail: detailOf(event), hash };
}

/** What an analysis goes on from is nothing to look at, and large. */
export function feedEventOf(event: JournalEvent): FeedEvent {
  const data = event.kind === 'analysis.measured' ? measurementsOf(event.at, event.data) : event.data;
  return { ...auditEventOf(event), data };
}

/** The words of the terminal, without the spaces that align them there. */
function detailOf(event: JournalEvent): string {
  return eventDetail(event).replaceAll(/ {2,}/g, ' ');
}

/** Told by the steps, the gates, the charts or the summary. */
const TOLD_ELSEWHERE =
  /^(step\.|undo\.|gate\.checked$|analysis\.measured$|deployment\.(opened|planned|closed)$|snapshot\.created$)/;

export function momentsOf(events: readonly JournalEvent[]): Moment[] {
  return events
    .filter(({ kind }) => !TOLD_ELSEWHERE.test(kind))
    .map((event) => {
      const { n, at, kind, actor } = event;
      return { n, at, kind, actor, text: detailOf(event) || kind };
    });
}
