/** SQLite against the store contract, in a file. */
import { describe, test } from 'vitest';
import { storeContract } from '../../../src/testing/store-contract.ts';
import { sqliteSubject } from './subjects.ts';

describe('sqlite store', () => {
  storeContract({ test, open: async () => sqliteSubject() });
});
