/** The Convex store against the store contract, on the emulator, in an application that the vendor's command line has bundled. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { holdsComponent } from '../../../src/platforms/convex/component.ts';
import type { PushRequest } from '../../../src/platforms/convex/push-request.ts';
import { storeContract } from '../../../src/testing/store-contract.ts';
import { emulatedSubject, pushRequestOf } from './emulated-store.ts';
import { installApp, type InstalledApp } from './installed-app.ts';
import { thorough } from '../../support/repeated.ts';

describe('convex store on a deployment', () => {
  let app: InstalledApp;
  let request: PushRequest;
  beforeAll(async () => {
    app = await installApp();
    app.addBelay();
    request = await pushRequestOf(app);
  }, 300_000);
  afterAll(() => app.remove());
  test('a push tells whether it has the component in it', () => {
    expect(holdsComponent(request)).toBe(true);
    expect(holdsComponent({ componentDefinitions: [] })).toBe(false);
  });
  // The engine below runs all of them in `limits.test.ts`; here is shown that they pass over the vendor's protocol too.
  let at = 0;
  const some = (name: string, body: () => Promise<void>) => (at++ % 3 === 0 || thorough ? test(name, body) : undefined);
  storeContract({ test: some, open: () => emulatedSubject(app, request) });
});
