/** An event as a line of text. */
import { eventDetail } from '../../core/event-words.ts';
import type { JournalEvent } from '../../core/events.ts';
import { clip } from './grid.ts';
import { plainText, type Style } from './shape.ts';
import { exact } from './time.ts';

/** `2026-11-21 09:42:31Z  mia  deployment.committed  d-cgxi62s8  …`, cut at the right edge. */
export function eventLine(
  style: Style & { readonly columns: number },
  event: JournalEvent,
  withEnvironment: boolean,
): string {
  const { at, actor, kind, deployment, environment } = event;
  const detail = eventDetail(event).replaceAll(/ +/g, ' ');
  const parts = [exact(at), actor, withEnvironment ? environment : '', kind, deployment ?? '', detail];
  return clip(style, plainText(style, parts.filter(Boolean).join('  ')), style.columns);
}
