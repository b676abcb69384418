/** Takes the lease, waits to be told, then tries to write and says how that ended. */
import { isProblem } from '../../../../src/core/errors.ts';
import { paused } from '../../../../src/testing/store-suite.ts';
import { type Location, openAt, request } from '../subject.ts';
import { given, say } from './say.ts';

const [location, ttlMs] = [given<Location>(0), given<number>(1)];
const store = await openAt(location);
const taken = await store.leases.acquire('production', request('holder', ttlMs));
if (!taken.granted) throw new Error('the lease is held');
await store.append(taken.fence, [paused('before')]);
say('holding');
await new Promise((resolve) => process.stdin.once('data', resolve));
try {
  await store.append(taken.fence, [paused('after')]);
  say('appended');
} catch (error) {
  say(`refused ${isProblem(error) ? error.code : String(error)}`);
}
say(`renewed ${String(await store.leases.renew(taken.fence))}`);
await store.leases.release(taken.fence);
await store.close();
process.exit(0);
