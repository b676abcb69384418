/** Options of the target `local`, as the configuration hands them over: validated, secrets resolved, durations in milliseconds. */
import type { DaemonClient, RouterChoice } from '../../daemon/protocol.ts';
import type { Exec } from '../../util/exec.ts';
import type { CheckoutSource } from '../checkout/checkout.ts';
import type { Target } from '../target.ts';

export interface LocalProbe {
  readonly path: string;
  /** Lowest and highest status that counts as healthy. Redirects are not followed. */
  readonly expect: readonly [number, number];
  /** Limit of one look. */
  readonly limitMs: number;
}

export interface PortRange {
  readonly from: number;
  readonly to: number;
}

export interface LocalOptions {
  readonly source: CheckoutSource;
  /** Run by `sh -c` in the release's tree. */
  readonly install?: string;
  readonly build?: string;
  readonly start: string;
  /** Where the router answers. */
  readonly host: string;
  readonly port: number;
  /** Who splits its traffic. */
  readonly router: RouterChoice;
  /** Ports for releases; without it any free port. */
  readonly ports?: PortRange;
  /** May hold secrets: never shown, never in arguments, on disk only with owner-only rights. */
  readonly env: Readonly<Record<string, string>>;
  readonly probe: LocalProbe;
  readonly installLimitMs: number;
  readonly buildLimitMs: number;
  /** How long the core may go on probing a started release. */
  readonly startLimitMs: number;
  readonly drainMs: number;
  readonly streamsMs: number;
  readonly killAfterMs: number;
  /** Longest time requests wait while traffic is held. */
  readonly holdMs: number;
  /** Releases kept to go back to. */
  readonly keep: number;
  /** Staging is refused with less free room than this. */
  readonly minFreeBytes: number;
}

/** What is used where the configuration says nothing. */
export const LOCAL_DEFAULTS = {
  host: '127.0.0.1',
  router: { kind: 'embedded' },
  env: {},
  probe: { path: '/', expect: [200, 399], limitMs: 2_000 },
  installLimitMs: 10 * 60_000,
  buildLimitMs: 15 * 60_000,
  startLimitMs: 60_000,
  drainMs: 10_000,
  streamsMs: 30_000,
  killAfterMs: 10_000,
  holdMs: 30_000,
  keep: 5,
  minFreeBytes: 256 * 1024 * 1024,
} as const satisfies Partial<LocalOptions>;

/** Everything the target needs from the composition root. */
export interface LocalSetup {
  readonly name: string;
  readonly app: string;
  readonly environment: string;
  /** Folder of this target alone. */
  readonly home: string;
  readonly options: LocalOptions;
  readonly daemon: () => Promise<DaemonClient>;
  /** For reading logs outside of a deployment; redacts. */
  readonly exec: Exec;
  /** What every application gets besides its own `env`: PATH, HOME, LANG. No secrets. */
  readonly base: Readonly<Record<string, string>>;
  readonly data?: NonNullable<Target['data']>;
}

/** The name under which the daemon knows the application of this target. */
export function daemonApp(setup: Pick<LocalSetup, 'name' | 'app' | 'environment'>): string {
  return `${setup.app}.${setup.environment}.${setup.name}`;
}
