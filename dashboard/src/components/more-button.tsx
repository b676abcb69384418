/** Older rows, when they are asked for. */
import { Button } from './button.tsx';
import { Failure } from './failure.tsx';
import styles from './more-button.module.css';

interface MoreButtonProps {
  readonly query: {
    readonly hasNextPage: boolean;
    readonly isFetchingNextPage: boolean;
    readonly isFetchNextPageError: boolean;
    readonly error: Error | null;
    readonly fetchNextPage: () => Promise<unknown>;
  };
}

export function MoreButton({ query }: MoreButtonProps) {
  if (query.isFetchNextPageError && query.error !== null) {
    return <Failure error={query.error} retry={() => void query.fetchNextPage()} />;
  }
  if (!query.hasNextPage) return null;
  return (
    <div className={styles['more']}>
      <Button disabled={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
        {query.isFetchingNextPage ? 'Loading …' : 'Show older ones'}
      </Button>
    </div>
  );
}
