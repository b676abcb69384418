/** Every kind of protected data keeps the promises of the contract. */
import { test } from 'vitest';
import { dataContract } from '../../../src/testing/data-contract.ts';
import { directorySubject, sqliteSubject } from './subjects.ts';

dataContract({ test, name: 'directory', make: directorySubject });
dataContract({ test, name: 'sqlite with a rollback journal', make: () => sqliteSubject('DELETE') });
dataContract({ test, name: 'sqlite with a write-ahead log', make: () => sqliteSubject('WAL') });
