/** What the HAProxy router is told, and where its files lie. */
import { join } from 'node:path';

export interface HaproxyOptions {
  /** Names the proxies in HAProxy's configuration, unique within one HAProxy: letters, digits, `.`, `-`, `_`. */
  readonly name: string;
  /** For configuration, map, script and log; made with mode 0700. */
  readonly folder: string;
  /** Short, existing, entered by its owner only: the paths of sockets are limited to 107 bytes. */
  readonly socketFolder: string;
  /** What the files of sockets begin with; the name when absent. */
  readonly socketName?: string;
  /** Path of the program; looked for in PATH and where Debian keeps it when absent. */
  readonly program?: string;
  /** A HAProxy that others run: Belay only writes a file for it and speaks over its socket. */
  readonly foreign?: ForeignHaproxy;
  /** A request that has waited this long for its answer is observed without one. */
  readonly patienceMs?: number;
  readonly keptObservations?: number;
  /** Requests that may wait at once while traffic is held. */
  readonly waitingPlaces?: number;
  /** Rejects when somebody else has the port: HAProxy's own complaint would only be in its log. */
  readonly expectFree?: (address: Address) => Promise<void>;
  /** A line for the log of the owner. */
  readonly say?: (line: string) => void;
}

export interface ForeignHaproxy {
  /** Its own configuration files, in the order in which it loads them; ours comes last. */
  readonly configs: readonly string[];
  /** Its `stats socket`, of level admin. */
  readonly socket: string;
}

export interface Address {
  readonly host: string;
  readonly port: number;
}

export interface HaproxyPaths {
  readonly config: string;
  readonly map: string;
  readonly script: string;
  readonly log: string;
  /** Who runs: process id and start time. */
  readonly identity: string;
  readonly socket: string;
  readonly master: string;
}

export function pathsOf({ folder, socketFolder, name, socketName = name, foreign }: HaproxyOptions): HaproxyPaths {
  return {
    config: join(folder, 'belay.cfg'),
    map: join(folder, 'table.map'),
    script: join(folder, 'belay.lua'),
    log: join(folder, 'haproxy.log'),
    identity: join(folder, 'haproxy.json'),
    socket: foreign?.socket ?? join(socketFolder, `${socketName}.haproxy`),
    master: join(socketFolder, `${socketName}.master`),
  };
}
