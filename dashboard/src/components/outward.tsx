/** A link to somewhere else: only http and https become links, everything else stays text. */
import type { ReactNode } from 'react';

/** The address when it is safe to be followed; null otherwise. */
export function safeAddress(url: string | null): string | null {
  if (url === null || !URL.canParse(url)) return null;
  return /^https?:$/.test(new URL(url).protocol) ? url : null;
}

interface OutwardProps {
  readonly href: string | null;
  readonly children: ReactNode;
  readonly label?: string;
}

export function Outward({ href, children, label }: OutwardProps) {
  const address = safeAddress(href);
  if (address === null) return <span>{children}</span>;
  return (
    <a href={address} target="_blank" rel="noreferrer" aria-label={label}>
      {children}
    </a>
  );
}
