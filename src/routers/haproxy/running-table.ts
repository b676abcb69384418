/** Puts a route table in force in a running HAProxy, and reads back what is. */
import { Problem } from '../../core/errors.ts';
import type { RouteTable } from '../router.ts';
import { proxiesOf, type ServerSetting } from './configuration.ts';
import { parseRows, tell } from './control-socket.ts';
import type { Address } from './options.ts';
import { parseEntries, tableIn, type MapEntries } from './table-map.ts';

export interface Running {
  readonly socket: string;
  readonly name: string;
  /** Path of the map's file, which is its name. */
  readonly map: string;
}

export async function readEntries({ socket, map }: Running): Promise<MapEntries> {
  return parseEntries(await tell(socket, `show map ${map}`));
}

/** @throws Problem TARGET_UNREACHABLE */
export async function readTable(running: Running): Promise<RouteTable> {
  const { socket, name, map } = running;
  const { kept } = proxiesOf(name);
  const [entries, servers] = await Promise.all([
    tell(socket, `show map ${map}`),
    tell(socket, `show servers state ${kept}`),
  ]);
  const rows = parseRows(servers, ' ');
  const addresses = rows.map(({ srv_name = '', srv_addr: host = '', srv_port }) => [
    srv_name,
    { host, port: Number(srv_port) },
  ]);
  return tableIn(parseEntries(entries), new Map(addresses as [string, Address][]));
}

/**
 * Addresses first, where no request goes yet; then the whole table at one instant; then a look at what is in force.
 * One call of HAProxy's where no address changes, as when traffic moves between releases that are known.
 */
export async function putInForce(
  running: Running,
  entries: MapEntries,
  changed: ReadonlyMap<string, ServerSetting>,
): Promise<void> {
  const { socket, name, map } = running;
  const { kept, fresh } = proxiesOf(name);
  const both = (command: (server: string, its: ServerSetting) => string) =>
    [...changed].flatMap(([slot, its]) => [kept, fresh].map((backend) => command(`${backend}/${slot}`, its)));
  const moves = both((server, { address }) => `set server ${server} addr ${address.host} port ${address.port}`);
  const weights = both((server, { weight }) => `set server ${server} weight ${weight}`);
  const prepared = await tell(socket, ...moves, `prepare map ${map}`);
  const version = /New version created: (\d+)/.exec(prepared)?.[1];
  if (version === undefined || REFUSAL.test(prepared)) throw refused(prepared);
  const additions = [...entries].map(([key, value]) => `add map @${version} ${map} ${key} ${value}`);
  const answer = await tell(socket, ...additions, `commit map @${version} ${map}`, ...weights, `show map ${map}`);
  const inForce = parseEntries(answer);
  const same = inForce.size === entries.size && [...entries].every(([key, value]) => inForce.get(key) === value);
  if (!same) throw refused(answer);
}

const REFUSAL = /No such|Invalid|require/;

function refused(answer: string): Problem {
  return new Problem('TARGET_FAILED', 'HAProxy did not take the shares', {
    why: answer.trim().split('\n')[0] || 'What it has in force is something else.',
    next: 'belay status',
    unknown: true,
  });
}
