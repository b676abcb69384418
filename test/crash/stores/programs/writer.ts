/** Takes the lease over and appends events, acknowledging each; `count` of them, or until it is killed. */
import { isProblem } from '../../../../src/core/errors.ts';
import { paused } from '../../../../src/testing/store-suite.ts';
import { type Location, openAt, takeOver } from '../subject.ts';
import { given, say } from './say.ts';

const [location, name, count] = [given<Location>(0), given<string>(1), given<number | null>(2)];
const store = await openAt(location);
const attempt = async <T>(what: () => Promise<T>): Promise<T> => {
  try {
    return await what();
  } catch (error) {
    if (!isProblem(error)) throw error;
    say(`problem ${error.code} ${String(error.unknown)}`);
    if (error.unknown || error.code === 'STORE_FULL') return what();
    throw error;
  }
};
const fence = await attempt(() => takeOver(store, name));
say('holding');
for (let index = 0; count === null || index < count; index += 1) {
  const id = `${name}-${index}`;
  await attempt(() => store.append(fence, [paused(id, 'x'.repeat((index * 997) % 9_000))]));
  say(`ack ${id}`);
}
await attempt(() => store.leases.release(fence));
await store.close();
say('done');
