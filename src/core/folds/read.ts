/** How a fold sees the rows that earlier events have left. */
import type { ViewName } from '../../stores/store.ts';

export type Read = (view: ViewName, key: string) => unknown;
