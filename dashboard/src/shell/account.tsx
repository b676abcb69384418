/** Who is signed in, light or dark, the way out. */
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useLocation } from 'wouter';
import type { Person } from '../../../src/server/api/vocabulary.ts';
import { post } from '../api.ts';
import { useFeed } from '../feed.ts';
import styles from './account.module.css';
import { applyScheme, chosenScheme, type Scheme } from './scheme.ts';

const NEXT: Readonly<Record<Scheme, Scheme>> = { system: 'light', light: 'dark', dark: 'system' };

export function Account({ person }: { readonly person: Person }) {
  const client = useQueryClient();
  const [, navigate] = useLocation();
  const [scheme, setScheme] = useState(chosenScheme);
  const feed = useFeed();
  const signOut = useMutation({
    mutationFn: () => post('/sign-out'),
    onSuccess: () => {
      client.clear();
      navigate('/sign-in');
    },
  });
  const turn = () => {
    applyScheme(NEXT[scheme]);
    setScheme(NEXT[scheme]);
  };
  return (
    <div className={styles['account']}>
      <div className={styles['feed']} data-status={feed.status}>
        {feed.status === 'live' ? 'Live' : feed.status === 'down' ? 'Not live' : 'Connecting'}
      </div>
      <div className={styles['person']} title={`${person.name}, ${person.role}`}>
        <span className={styles['who']}>{person.name}</span>
        <span className="quiet">{person.role}</span>
      </div>
      <div className={styles['actions']}>
        <button type="button" onClick={turn} title="Light, dark, or as the system says">
          {`Colours: ${scheme}`}
        </button>
        <button type="button" onClick={() => signOut.mutate()} disabled={signOut.isPending}>
          Sign out
        </button>
      </div>
    </div>
  );
}
