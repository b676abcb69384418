/** What the server is made of: everything comes in from outside, so that it can be tested and composed. */
import type { Environment, Runtime } from '../core/runtime.ts';
import type { Commit, ReviewLimits } from '../metrics/metrics.ts';
import type { ExposedEnvironment } from '../metrics/prometheus.ts';
import type { Store } from '../stores/store.ts';
import type { Role } from './api/vocabulary.ts';
import type { LogPage } from './api/deployments.ts';
import type { Health, EnvironmentCard } from './api/overview.ts';
import type { Channels, Settings } from './api/record.ts';

export interface ConfiguredEnvironment {
  readonly name: string;
  readonly targets: readonly { readonly name: string; readonly kind: string }[];
}

/** What changes something: absent where the store is only shown. */
export interface Acting {
  /** @throws Problem ENVIRONMENT_UNKNOWN, SECRET_MISSING */
  environment(name: string): Promise<Environment>;
  /** A runtime in the name of this person; `doing` is shown to those who wait for the lock. */
  runtime(actor: string, doing: string, emit: Runtime['emit']): Runtime;
  /** Work that goes on after its answer was sent: waited for before the program ends. */
  background(work: Promise<void>): void;
}

/** How the targets are, by environment and target; looked at only while somebody asks. */
export interface HealthBoard {
  read(environment: string): Readonly<Record<string, Health>>;
  /** Called when a look has shown something else than the one before. */
  onChange(told: () => void): void;
}

export interface LogReader {
  read(deployment: string, after: number, step: string | undefined): Promise<LogPage>;
}

export interface ChannelBoard {
  read(): Promise<Channels>;
  /** @throws Problem USAGE when there is no such channel */
  retry(name: string): Promise<void>;
}

export interface MetricsSettings {
  readonly review: ReviewLimits;
  /** The repository's commits by id; empty where there is no repository. */
  commits(): Promise<ReadonlyMap<string, Commit>>;
  /** What Prometheus is told besides the counts. */
  exposed(): Promise<readonly ExposedEnvironment[]>;
}

export interface ServerParts {
  readonly store: Store;
  readonly version: string;
  readonly app: string | null;
  /** Those of the configuration; the journal may know more. */
  readonly environments: readonly ConfiguredEnvironment[];
  /** Why nothing can be changed from here; null where it can. */
  readonly readOnly: string | null;
  /** Web address of the repository, without a slash at the end; null where none is known. */
  readonly repository: string | null;
  readonly acting: Acting | null;
  readonly health: HealthBoard | null;
  readonly logs: LogReader | null;
  readonly channels: ChannelBoard | null;
  readonly settings: Pick<Settings, 'file' | 'sections'>;
  /** Who the configuration lets in, for admins to see. */
  readonly people: Settings['people'];
  readonly metrics: MetricsSettings;
  /** Commits that wait to be deployed; null: nobody told. */
  pending(environment: string, live: string | null): Promise<EnvironmentCard['pending']>;
  readonly auth: AuthSettings;
  /** Folder of the pages; null where they were not built. */
  readonly pages: string | null;
  readonly clock: { now(): number; wall(): Date };
  /** Unguessable, in text that is safe in addresses and headers. */
  random(): string;
  /** How often the store is looked at while somebody watches, in milliseconds. */
  readonly pollMs: number;
  /** For whoever runs the dashboard; redacted by the caller. */
  log(text: string): void;
}

/** Somebody else who knows who people are. */
export interface Provider {
  readonly clientId: string;
  /** @throws Problem SECRET_MISSING */
  readonly clientSecret: () => string;
  readonly allow: Readonly<Record<string, Role>>;
  /** Of GitHub: its address, without a slash at the end. */
  readonly server?: string;
}

export interface AuthSettings {
  /** Where people reach it, for links, redirections and the `Origin` of a request: `https://belay.example.com`. */
  readonly url: string;
  /** Names of this machine that a browser may have asked for, as in `Host`. */
  readonly hosts: readonly string[];
  /** The port, in the name of the cookie: two dashboards on one machine share its cookies. */
  readonly port: number;
  readonly tokens: boolean;
  readonly github: Provider | null;
  readonly oidc: (Provider & { readonly issuer: string; readonly label: string }) | null;
  /** Signs what GitHub tells us; null: nothing is taken from it. */
  readonly webhookSecret: (() => string) | null;
  /** Who the one-time link is for. */
  readonly owner: { readonly name: string; readonly role: Role };
}
