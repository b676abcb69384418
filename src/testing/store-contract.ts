/** The contract suite of a store: run it against your own with any test runner. Asserts with node:assert only. */
import { authorityTests } from './store-authority.ts';
import { documentTests } from './store-documents.ts';
import { journalTests } from './store-journal.ts';
import { leaseTests } from './store-lease.ts';
import { viewTests } from './store-views.ts';
import type { StoreSuite, StoreUnderTest } from './store-suite.ts';

/**
 * Declares the tests of a store.
 * @example storeContract({ test, open: () => makeEmptyStore() })
 */
export function storeContract(suite: StoreSuite): void {
  const declare = (name: string, body: (subject: StoreUnderTest) => Promise<void>): void => {
    suite.test(name, async () => {
      const subject = await suite.open();
      try {
        await body(subject);
      } finally {
        await subject.dispose();
      }
    });
  };
  authorityTests(declare);
  journalTests(declare);
  leaseTests(declare);
  viewTests(declare);
  documentTests(declare);
}

export type { StoreSuite, StoreUnderTest };
