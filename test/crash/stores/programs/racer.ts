/** Takes and gives back the lease as fast as it can; a file that only one may create at a time proves who was alone. */
import { closeSync, openSync, unlinkSync } from 'node:fs';
import { isProblem } from '../../../../src/core/errors.ts';
import { paused } from '../../../../src/testing/store-suite.ts';
import { type Location, openAt, request } from '../subject.ts';
import { given, say } from './say.ts';

const [location, name, only, forMs] = [given<Location>(0), given<string>(1), given<string>(2), given<number>(3)];
const store = await openAt(location);
say('ready');
await new Promise((resolve) => process.stdin.once('data', resolve));
const until = performance.now() + forMs;
// On a loaded machine a turn takes long: everybody goes on until they had one.
let turns = 0;
for (let round = 0; performance.now() < until || turns === 0; round += 1) {
  try {
    const taken = await store.leases.acquire('production', request(`${name}-${round}`));
    if (!taken.granted) {
      // Eight that spin on two processors would leave the one who holds no time to finish.
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 10));
      continue;
    }
    try {
      closeSync(openSync(only, 'wx'));
    } catch {
      say('overlap');
    }
    const [event] = await store.append(taken.fence, [paused(`${name}-${round}`)]);
    unlinkSync(only);
    turns += 1;
    say(`turn ${event?.token ?? 0}`);
    await store.leases.release(taken.fence);
  } catch (error) {
    // A store that was busy too long is to be tried again; anything else ends the test.
    if (!isProblem(error, 'STORE_UNREACHABLE')) throw error;
    say('busy');
  }
}
await store.close();
process.exit(0);
