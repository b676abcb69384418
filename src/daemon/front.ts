/** What stands between an application's public port and its releases: a router and its door. */
import { isDeepStrictEqual } from 'node:util';
import type { Router } from '../routers/router.ts';
import type { RouterChoice } from './protocol.ts';
import type { PublicAddress } from './public-listener.ts';

export interface Front {
  readonly choice: RouterChoice;
  readonly router: Router;
  /** Opens the public port. @throws Problem PORT_TAKEN, TOOL_MISSING, TARGET_FAILED */
  open(address: PublicAddress): Promise<void>;
  /** No new connections; open requests go on, and can still be drained. */
  pause(): Promise<void>;
  /** Frees the port for another router; open requests go on. */
  handOver(): Promise<void>;
}

export type CreateFront = (app: string, choice: RouterChoice) => Front;

export const EMBEDDED: RouterChoice = { kind: 'embedded' };

export function sameRouter(a: RouterChoice, b: RouterChoice): boolean {
  return isDeepStrictEqual([a.kind, a.program, a.beside], [b.kind, b.program, b.beside]);
}
