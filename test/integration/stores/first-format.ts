/** A store as the first format had it: what upgrading must find in it. */
import { expect } from 'vitest';
import type { Store } from '../../../src/stores/store.ts';
import { paused } from '../../../src/testing/store-suite.ts';

/** The clock of the second writer was behind. */
export const LATE_WRITER = [30, 10, 40].map((second, index) => paused(`e${index + 1}`, 'x', { second }));

/** Events by the time that their writers gave them, and rows by the folds in use. */
export async function expectUpgraded(store: Store): Promise<void> {
  const idsBetween = async (since: string, until: string): Promise<string[]> => {
    const window = { since: `2026-01-01T00:00:${since}.000Z`, until: `2026-01-01T00:00:${until}.000Z` };
    return (await store.read({ environment: 'production', ...window })).map((event) => event.id);
  };
  expect(await idsBetween('25', '35')).toEqual(['e1']);
  expect(await idsBetween('05', '15')).toEqual(['e2']);
  expect((await store.view('deployments', {})).map((row) => row.row)).toEqual([{ events: 3, last: 'e3' }]);
}
