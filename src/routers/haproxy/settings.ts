/** Where each slot leads under a table, and where a request goes whose own release cannot be reached. */
import type { RouteTable } from '../router.ts';
import { NO_SERVER, type ServerSetting } from './configuration.ts';
import { slotOf, SLOTS, type Slots } from './slots.ts';

const ALL = 100;

export function serversOf(
  table: RouteTable,
  slots: Slots,
  before: ReadonlyMap<string, ServerSetting>,
): ReadonlyMap<string, ServerSetting> {
  const share = (release: string) => table.shares[release] ?? 0;
  const [largest] = table.backends.map(({ release }) => release).toSorted((a, b) => share(b) - share(a));
  const fallback = largest !== undefined && share(largest) > 0 ? slotOf(slots, largest) : null;
  return new Map(
    SLOTS.map((slot) => {
      const backend = table.backends.find(({ release }) => slots.get(slot) === release);
      // A release that has left the table keeps its address while it finishes.
      const kept = slots.has(slot) ? before.get(slot)?.address : undefined;
      const address = backend ? { host: backend.host, port: backend.port } : (kept ?? NO_SERVER.address);
      return [slot, { address, weight: slot === fallback ? ALL : 0 }];
    }),
  );
}

export function changedServers(
  before: ReadonlyMap<string, ServerSetting>,
  after: ReadonlyMap<string, ServerSetting>,
): ReadonlyMap<string, ServerSetting> {
  const text = (setting: ServerSetting | undefined) => JSON.stringify(setting);
  return new Map([...after].filter(([slot, setting]) => text(before.get(slot)) !== text(setting)));
}
