/** The customers of a shop, in a process of their own: requests leave on time, whatever the answers do. */
import { startTraffic, type Tally, type Traffic } from '../../src/cli/demo/traffic.ts';
import { serveParent } from './children.ts';

export type CustomersRequest =
  | { readonly do: 'come'; readonly port: number; readonly perSecond: number }
  | { readonly do: 'count' }
  | { readonly do: 'leave' };

/** Of the customers some come again, with the cookie that keeps them on their side. */
const REGULARS = { people: 100, share: 0.1 };

let traffic: Traffic | null = null;

/** Answers what they were answered so far; after `leave`, once nothing is out any more. */
async function handle(request: CustomersRequest): Promise<Tally | null> {
  if (request.do === 'come') traffic = startTraffic(request.port, request.perSecond, REGULARS);
  if (request.do === 'leave') await traffic?.stop();
  return traffic?.tally ?? null;
}

serveParent(handle);
