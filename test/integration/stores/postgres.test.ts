/** Postgres against the store contract, on a real server. */
import { afterAll, beforeAll, describe, test } from 'vitest';
import { storeContract } from '../../../src/testing/store-contract.ts';
import { postgresInstalled, type RunningPostgres, startPostgres } from '../../support/postgres.ts';
import { postgresSubject } from './subjects.ts';

describe.skipIf(postgresInstalled() === null)('postgres store', () => {
  let server: RunningPostgres;
  beforeAll(async () => {
    server = await startPostgres();
  });
  afterAll(() => server.stop());
  storeContract({ test, open: async () => postgresSubject(server.url) });
});
