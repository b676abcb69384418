/** What HAProxy says that each release is answering now. */
import { proxiesOf } from './configuration.ts';
import { parseRows, tell } from './control-socket.ts';

export interface Load {
  /** Requests and streams, waiting ones included. */
  readonly inFlight: number;
  readonly streams: number;
}

export const NO_LOAD: Load = { inFlight: 0, streams: 0 };

/** By slot. @throws Problem TARGET_UNREACHABLE */
export async function readLoad(socket: string, name: string): Promise<ReadonlyMap<string, Load>> {
  const { kept, fresh, streams } = proxiesOf(name);
  const text = await tell(socket, `show stat ${kept} 4 -1`, `show stat ${fresh} 4 -1`, `show table ${streams}`);
  const loads = new Map<string, Load>();
  for (const { svname = '', scur, qcur } of parseRows(text, ',')) {
    if (!svname.startsWith('slot')) continue;
    const { inFlight } = loads.get(svname) ?? NO_LOAD;
    loads.set(svname, { inFlight: inFlight + Number(scur) + Number(qcur), streams: 0 });
  }
  for (const [, slot = '', open] of text.matchAll(/ key=(\S+) .*conn_cur=(\d+)/g)) {
    const inFlight = loads.get(slot)?.inFlight ?? 0;
    loads.set(slot, { inFlight, streams: Math.min(inFlight, Number(open)) });
  }
  return loads;
}
