/** Says that what is seen is no longer live, and how old it is. */
import { useQueryClient } from '@tanstack/react-query';
import { Button } from '../components/button.tsx';
import { Shape } from '../components/shape.tsx';
import { useNow } from '../components/use-now.ts';
import { useFeed } from '../feed.ts';
import { roughly } from '../format.ts';
import styles from './feed-banner.module.css';

/** A feed that comes back within this time was never missed. */
const PATIENCE_MS = 2_500;

export function FeedBanner() {
  const client = useQueryClient();
  const feed = useFeed();
  const now = useNow();
  const silent = now - feed.since;
  if (feed.status !== 'down' || silent < PATIENCE_MS) return null;
  return (
    <div className={styles['banner']} role="status">
      <Shape name="ring" tone="amber" />
      <p>
        <strong>Not live.</strong> What you see is {roughly(silent)} old: the server does not answer. Trying again by
        itself.
      </p>
      <Button onClick={() => void client.invalidateQueries()}>Look now</Button>
    </div>
  );
}
