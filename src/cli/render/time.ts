/** Times as people read them: how long ago, and exactly. */
import { formatDuration } from '../../util/duration.ts';

export function ago(iso: string, now = new Date()): string {
  const ms = now.getTime() - Date.parse(iso);
  if (ms < 1_000) return 'just now';
  return `${formatDuration(ms < 60_000 ? Math.round(ms / 1_000) * 1_000 : ms).replace('.0 s', ' s')} ago`;
}

/** Local time with its zone, to the second. */
export function exact(iso: string): string {
  const date = new Date(iso);
  const pad = (value: number) => String(value).padStart(2, '0');
  const offset = -date.getTimezoneOffset();
  const zone =
    offset === 0
      ? 'Z'
      : `${offset > 0 ? '+' : '-'}${pad(Math.floor(Math.abs(offset) / 60))}:${pad(Math.abs(offset) % 60)}`;
  return `${date.getFullYear()}-${pad(date.getMonth() + 1)}-${pad(date.getDate())} ${pad(date.getHours())}:${pad(date.getMinutes())}:${pad(date.getSeconds())}${zone}`;
}
