/** The lease in Convex: each call is one serialisable transaction of the component, judged by the server's clock. */
import { type Clean, cleanJson } from '../append.ts';
import type { Leases } from '../store.ts';
import type { ComponentCalls } from './component-calls.ts';

export function convexLeases(calls: ComponentCalls, clean: Clean): Leases {
  return {
    read: (environment) => calls.call('leases:read', { environment }),
    acquire(environment, { holder, nonce, ttlMs, depose }) {
      const text = JSON.stringify(cleanJson(holder, clean));
      const seen = depose && { token: depose.token, nonce: depose.nonce, renewSeq: depose.renewSeq };
      return calls.call('leases:acquire', { environment, holder: text, nonce, ttlMs, ...(seen && { depose: seen }) });
    },
    renew: ({ environment, token, nonce }) => calls.call('leases:renew', { environment, token, nonce }),
    async release({ environment, token, nonce }) {
      await calls.call('leases:release', { environment, token, nonce });
    },
  };
}
