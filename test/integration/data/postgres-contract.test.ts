/** Postgres databases keep the promises of the contract, by either method. */
import { afterAll, beforeAll, describe, test } from 'vitest';
import { dataContract } from '../../../src/testing/data-contract.ts';
import { postgresInstalled, type RunningPostgres, startPostgres } from '../../support/postgres.ts';
import { postgresSubject } from './postgres-subject.ts';

describe.skipIf(postgresInstalled() === null)('on a server', () => {
  let server: RunningPostgres;
  beforeAll(async () => {
    server = await startPostgres({ settings: ['fsync=off', 'full_page_writes=off'] });
  });
  afterAll(() => server.stop());

  dataContract({ test, name: 'postgres by dump', make: () => postgresSubject(server.url, 'dump') });
  dataContract({ test, name: 'postgres by template', make: () => postgresSubject(server.url, 'template') });
});
