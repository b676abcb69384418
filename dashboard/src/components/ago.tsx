/** How long ago, with the exact time on hover. */
import { ago, duration, exact, until } from '../format.ts';
import { useMoment } from './use-now.ts';

export function Ago({ at }: { readonly at: string }) {
  const text = useMoment((now) => ago(at, now));
  return (
    <time dateTime={at} title={exact(at)}>
      {text}
    </time>
  );
}

export function Until({ at }: { readonly at: string }) {
  const text = useMoment((now) => until(at, now));
  return (
    <time dateTime={at} title={exact(at)}>
      {text}
    </time>
  );
}

/** What has passed between two moments; counts on while the second is open. */
export function Elapsed({ from, to }: { readonly from: string; readonly to: string | null }) {
  const text = useMoment((now) => {
    const ms = (to === null ? now : Date.parse(to)) - Date.parse(from);
    return duration(to === null ? Math.max(1_000, Math.round(ms / 1_000) * 1_000) : ms).replace('.0 s', ' s');
  });
  return <span title={exact(from)}>{text}</span>;
}
