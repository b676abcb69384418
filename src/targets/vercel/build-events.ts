/** The log of a build as Vercel sends it: a JSON array, or a JSON object a line. */
import type { BuildEvent } from './api-types.ts';

const LOG = new Set(['stdout', 'stderr', 'command', 'fatal']);

/** Half a line at the end of a log that is still being written is left out: it comes again whole. */
export function parseEvents(text: string): readonly BuildEvent[] {
  const trimmed = text.trim();
  if (trimmed.startsWith('[')) return JSON.parse(trimmed) as BuildEvent[];
  return trimmed.split('\n').flatMap((line) => {
    try {
      return line.trim() === '' ? [] : [JSON.parse(line) as BuildEvent];
    } catch {
      return [];
    }
  });
}

/** The lines of output in them. */
export function logLines(events: readonly BuildEvent[]): readonly string[] {
  return events
    .filter(({ type }) => LOG.has(type))
    .flatMap(({ text, payload }) => (payload?.text ?? text ?? '').split('\n'))
    .map((line) => line.trimEnd())
    .filter((line) => line !== '');
}
