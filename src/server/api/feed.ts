/**
 * The live feed (`GET /api/v1/events`, Server-Sent Events). The first message has only an id: where every environment
 * stands (`production=812,staging=40`); with `Last-Event-ID`, or `?from=`, the feed goes on there without a gap. Then
 * `event: journal` with a `FeedEvent`; `event: changed` with a `FeedChange`, for what is not in the journal;
 * `event: reset` when so much was missed that the pages are better loaded anew; and a comment every 15 s.
 * Query: `environment`, `deployment`.
 */
import { z } from 'zod';
import { auditEvent } from './record.ts';

export const feedEvent = auditEvent.extend({
  /** Of a measurement or a step: what a page draws without asking again. */
  data: z.unknown(),
});
export type FeedEvent = z.infer<typeof feedEvent>;

export const feedChange = z.object({ what: z.enum(['health', 'chains', 'channels', 'pending']) });
export type FeedChange = z.infer<typeof feedChange>;
