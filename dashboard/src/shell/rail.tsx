/** The way to every page, who is signed in, whether what is seen is live. */
import { useEffect, useRef } from 'react';
import { Link, useLocation } from 'wouter';
import type { Person } from '../../../src/server/api/vocabulary.ts';
import type { AttentionItem } from '../../../src/server/api/overview.ts';
import { counted } from '../format.ts';
import { Account } from './account.tsx';
import styles from './rail.module.css';

const PAGES: readonly (readonly [href: string, name: string, drawing: string])[] = [
  ['/', 'Overview', 'M2.5 3h11v3.5h-11zM2.5 9.5H7V13H2.5zM9.5 9.5h4V13h-4z'],
  ['/deployments', 'Deployments', 'M8 13V3.5M4.5 7 8 3.5 11.5 7'],
  ['/metrics', 'Metrics', 'M2.5 13h11M4 10.5V8M8 10.5V3M12 10.5V6'],
  [
    '/snapshots',
    'Snapshots',
    'M2.5 4.5c0-2.5 11-2.5 11 0v7c0 2.5-11 2.5-11 0zM2.5 4.5c0 2.5 11 2.5 11 0M2.5 8c0 2.5 11 2.5 11 0',
  ],
  ['/audit', 'Audit', 'M4 2.5h8v11H4zM6.25 6h3.5M6.25 8.75h3.5'],
  ['/settings', 'Settings', 'M2.5 5h6M12.5 5h1M10.5 3v4M2.5 11h1M7.5 11h6M5.5 9v4'],
];

interface RailProps {
  readonly person: Person;
  readonly app: string | null;
  /** What needs a person. */
  readonly needed: readonly AttentionItem[];
}

export function Rail({ person, app, needed }: RailProps) {
  const [path] = useLocation();
  const current = (href: string) => (href === '/' ? path === '/' : path === href || path.startsWith(`${href}/`));
  const nav = useRef<HTMLElement>(null);
  // On a phone the pages stand beside one another, and the one that is open may be out of sight.
  useEffect(() => {
    nav.current?.querySelector('[aria-current]')?.scrollIntoView({ block: 'nearest' });
  }, [path]);
  return (
    <div className={styles['rail']}>
      <div className={styles['name']}>
        <img src="/favicon.svg" alt="" width="24" height="24" />
        <span>{app ?? 'Belay'}</span>
      </div>
      <nav ref={nav} aria-label="Pages">
        <ul>
          {PAGES.map(([href, name, drawing]) => (
            <li key={href}>
              <Link href={href} className={styles['link']} aria-current={current(href) ? 'page' : undefined}>
                <svg viewBox="0 0 16 16" aria-hidden="true" focusable="false">
                  <path d={drawing} />
                </svg>
                {name}
                {href === '/' && needed.length > 0 && <Count needed={needed} />}
              </Link>
            </li>
          ))}
        </ul>
      </nav>
      <Account person={person} />
    </div>
  );
}

/** Loud only when something is urgent. */
function Count({ needed }: Pick<RailProps, 'needed'>) {
  const loud = needed.some((item) => item.severity === 'urgent');
  const label = counted(needed.length, 'thing needs you', 'things need you');
  return (
    <span className={styles['count']} data-loud={loud}>
      {needed.length}
      <span className="unseen">{` (${label})`}</span>
    </span>
  );
}
