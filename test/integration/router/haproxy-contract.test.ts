/** HAProxy, driven by Belay, keeps the router contract. */
import { test } from 'vitest';
import { routerContract } from '../../../src/testing/router-contract.ts';
import { openHaproxyRouter } from './open-haproxy-router.ts';

routerContract({ test, open: openHaproxyRouter });
