/** The embedded router keeps the router contract. */
import { test } from 'vitest';
import { routerContract } from '../../../src/testing/router-contract.ts';
import { openEmbeddedRouter } from './open-embedded-router.ts';

routerContract({ test, open: openEmbeddedRouter });
