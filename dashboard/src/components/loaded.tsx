/** One of three: what was asked for, that it is being loaded, or why it could not be. Old data stays on the screen. */
import type { UseQueryResult } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { Failure } from './failure.tsx';
import { Skeleton } from './skeleton.tsx';

interface LoadedProps<T> {
  readonly query: Pick<UseQueryResult<T>, 'data' | 'error' | 'refetch'>;
  readonly rows?: number;
  readonly rowHeight?: number;
  readonly children: (data: T) => ReactNode;
}

export function Loaded<T>({ query, rows = 6, rowHeight = 40, children }: LoadedProps<T>) {
  if (query.data !== undefined) return children(query.data);
  if (query.error !== null) return <Failure error={query.error} retry={() => void query.refetch()} />;
  return <Skeleton rows={rows} height={rowHeight} />;
}
