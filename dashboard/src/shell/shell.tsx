/** The frame of every page: rail, banner when the feed is down, live region, the dialog that an address asks for. */
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { lazy, type ReactNode, Suspense, useEffect, useRef } from 'react';
import { useLocation, useSearchParams } from 'wouter';
import type { Person } from '../../../src/server/api/vocabulary.ts';
import { useAnnouncement } from '../components/announcer.ts';
import { startFeed } from '../feed.ts';
import { overviewQuery } from '../queries.ts';
import { FeedBanner } from './feed-banner.tsx';
import { PersonContext } from './person.ts';
import { Rail } from './rail.tsx';
import styles from './shell.module.css';
import { useShortcuts } from './shortcuts.ts';

const RollbackDialog = lazy(async () => ({
  default: (await import('../rollback/rollback-dialog.tsx')).RollbackDialog,
}));

export function Shell({ person, children }: { readonly person: Person; readonly children: ReactNode }) {
  const client = useQueryClient();
  const [path] = useLocation();
  const main = useRef<HTMLElement>(null);
  const shown = useRef(path);
  const overview = useQuery(overviewQuery);
  useEffect(() => startFeed(client), [client]);
  useShortcuts();
  useEffect(() => {
    if (shown.current === path) return;
    shown.current = path;
    window.scrollTo({ top: 0 });
    // Another page: those who listen hear its heading, and the next tab key starts there.
    main.current?.querySelector('h1')?.focus({ preventScroll: true });
  }, [path]);
  return (
    <PersonContext.Provider value={person}>
      <a className={styles['skip']} href="#content">
        Skip to the content
      </a>
      <div className={styles['shell']}>
        <Rail person={person} app={overview.data?.app ?? null} needed={overview.data?.attention ?? []} />
        <main ref={main} id="content" className={styles['main']} tabIndex={-1}>
          <FeedBanner />
          {children}
        </main>
      </div>
      <AskedDialog />
      <Announcements />
    </PersonContext.Provider>
  );
}

/** `?rollback=production&to=3b9e0aa` on any page: the way back has an address that can be sent. */
function AskedDialog() {
  const [search, setSearch] = useSearchParams();
  const environment = search.get('rollback');
  if (environment === null) return null;
  const change = (values: Readonly<Record<string, string | null>>) =>
    setSearch(
      (before) => {
        const next = new URLSearchParams(before);
        for (const [name, value] of Object.entries(values)) {
          if (value === null) next.delete(name);
          else next.set(name, value);
        }
        return next;
      },
      { replace: true },
    );
  return (
    <Suspense fallback={null}>
      <RollbackDialog
        environment={environment}
        to={search.get('to')}
        onChoose={(to) => change({ to })}
        onClose={() => change({ rollback: null, to: null })}
      />
    </Suspense>
  );
}

function Announcements() {
  const text = useAnnouncement();
  return (
    <div className="unseen" role="status" aria-live="polite">
      {text}
    </div>
  );
}
