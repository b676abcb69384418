/** The configuration as the rest of Belay sees it: one form, defaults filled in, milliseconds and fractions, frozen. */
import type { HealthSpec } from '../checks/spec.ts';
import type { Route } from '../notifiers/notifier.ts';
import type { OutsideSignal } from '../signals/spec.ts';
import type { CanarySettings } from '../strategies/canary.ts';
import type { RouterChoice } from '../daemon/protocol.ts';
import type { Target } from '../targets/target.ts';
import type { Secret } from './secret.ts';

export interface Config {
  readonly app: string;
  /** Absolute path of the folder of the configuration file; written paths are relative to it. */
  readonly directory: string;
  readonly store: StoreConfig;
  readonly environments: Readonly<Record<string, EnvironmentConfig>>;
  /** Who is told of deployments; null: as the variables of GitHub Actions say. */
  readonly github: GitHubConfig | null;
  /** Limits that `belay metrics` tells of. */
  readonly review: ReviewConfig;
  readonly notify: NotifyConfig;
  /** Null: people of this machine only, by the link that is printed. */
  readonly dashboard: DashboardConfig | null;
}

/** Who is told of what happens. */
export interface NotifyConfig {
  /** Address of the repository's pages; null: that of the remote. */
  readonly repository: string | null;
  /** By name. */
  readonly channels: Readonly<Record<string, ChannelConfig>>;
  /** The first that fits decides; the defaults where none speaks of a channel. */
  readonly rules: readonly Route[];
}

export type ChannelConfig =
  | { readonly type: 'slack' | 'discord' | 'teams'; readonly url: Secret }
  | { readonly type: 'webhook'; readonly url: string | Secret; readonly secrets: readonly Secret[] }
  | EmailConfig
  /** Null: as under `github`, or as the variables of GitHub Actions say. */
  | ({ readonly type: 'github' | 'github-status' } & { readonly [K in keyof GitHubConfig]: GitHubConfig[K] | null });

export interface EmailConfig {
  readonly type: 'email';
  readonly server: string;
  readonly port: number;
  readonly security: 'tls' | 'starttls' | 'none';
  readonly user: string | null;
  readonly password: Secret | null;
  readonly from: string;
  readonly to: readonly string[];
}

/** When a practice should be looked at again; null: that one is not watched. */
export interface ReviewConfig {
  readonly teamSize: number | null;
  readonly deploysPerWeek: number | null;
  readonly users: number | null;
  /** How many there are, as the configuration says; null: it does not. */
  readonly usersNow: number | null;
  /** Fraction from 0 to 1. */
  readonly failureRate: number | null;
  readonly recoveryMs: number | null;
}

export type DashboardRole = 'viewer' | 'operator' | 'admin';

export interface DashboardConfig {
  /** Where people reach it, without a slash at the end; null: only on this machine. */
  readonly url: string | null;
  readonly tokens: boolean;
  readonly github: {
    readonly clientId: string;
    readonly clientSecret: Secret;
    /** Roles by login, or `org:NAME`. */
    readonly allow: Readonly<Record<string, DashboardRole>>;
    /** Without a slash at the end. */
    readonly server: string;
  } | null;
  readonly oidc: {
    readonly clientId: string;
    readonly clientSecret: Secret;
    /** Roles by e-mail address, `@domain`, or `group:NAME`. */
    readonly allow: Readonly<Record<string, DashboardRole>>;
    readonly issuer: string;
    readonly label: string;
  } | null;
  readonly webhookSecret: Secret | null;
}

export interface GitHubConfig {
  readonly token: Secret;
  /** `owner/name`; null: `GITHUB_REPOSITORY`. */
  readonly repository: string | null;
  /** Without a slash at the end; null: `GITHUB_API_URL`, or GitHub itself. */
  readonly api: string | null;
}

export type StoreConfig =
  /** `path` is absolute. */
  | { readonly type: 'sqlite'; readonly path: string }
  | { readonly type: 'postgres'; readonly url: Secret }
  | { readonly type: 'convex'; readonly access: ConvexAccessConfig };

export interface EnvironmentConfig {
  readonly name: string;
  /** In the order of activation. */
  readonly targets: Readonly<Record<string, TargetConfig>>;
  readonly strategy: StrategyConfig;
  /** In force while traffic moves. */
  readonly triggers: readonly TriggerConfig[];
  readonly bake: { readonly timeMs: number; readonly triggers: readonly TriggerConfig[] };
  /** Health files are read already; one entry per file or inline object. */
  readonly checks: readonly HealthSpec[];
  readonly lock: { readonly ttlMs: number; readonly waitMs: number };
  /** What is compared with the live release before anything ships; null: nothing is. */
  readonly schema: 'auto' | SchemaPaths | null;
}

/** Absolute paths; null where there is no such schema. */
export interface SchemaPaths {
  /** Folder of a Convex project, the one with `package.json`. */
  readonly convex: string | null;
  /** Folder of SQL migrations. */
  readonly migrations: string | null;
  readonly graphql: string | null;
  readonly openapi: string | null;
}

export type TargetConfig = LocalConfig | ConvexConfig | VercelConfig | NoopConfig | CustomConfig;

/** Absolute path of a git repository (or a folder in one), or of a directory that is taken as it is. */
export interface SourceConfig {
  readonly kind: 'git' | 'directory';
  readonly path: string;
}

export type ConvexAccessConfig =
  | { readonly kind: 'cloud'; readonly deployKey: Secret; readonly provision: string }
  | { readonly kind: 'self-hosted'; readonly url: string; readonly adminKey: Secret | null };

export interface ConvexConfig {
  readonly type: 'convex';
  readonly access: ConvexAccessConfig;
  readonly source: SourceConfig;
  readonly install: string;
  readonly env: Readonly<Record<string, string | Secret>>;
  readonly limits: { readonly installMs: number; readonly buildMs: number };
  readonly keep: number;
  /** Null: the documents are nobody's business. `scratch`: where snapshots are restored for a test. */
  readonly data: {
    readonly storage: boolean;
    readonly scratch: ConvexAccessConfig | null;
    /** Null: snapshots are kept until somebody prunes them. */
    readonly expireMs: number | null;
  } | null;
}

export interface VercelConfig {
  readonly type: 'vercel';
  /** Name or id. */
  readonly project: string;
  readonly team: string | null;
  readonly token: Secret;
  /** Without a slash at the end. */
  readonly api: string;
  readonly source: SourceConfig;
  /** Folder in the source that is shipped; null: all of it. */
  readonly root: string | null;
  readonly deploy: 'files' | 'prebuilt' | 'git';
  readonly build: string;
  readonly buildLimitMs: number;
  readonly bypass: Secret | null;
  readonly probe: { readonly path: string; readonly limitMs: number };
  readonly regions: readonly string[] | null;
  /** Null: a canary is a rolling release. */
  readonly edgeConfig: { readonly id: string; readonly key: string } | null;
}

export interface LocalConfig {
  readonly type: 'local';
  readonly source: SourceConfig;
  /** Command lines for `sh -c`; null when there is nothing to do. */
  readonly install: string | null;
  readonly build: string | null;
  readonly start: string;
  readonly host: string;
  readonly port: number;
  /** Who splits its traffic; `program`: path of HAProxy where it is not found by itself. */
  readonly router: RouterChoice;
  readonly env: Readonly<Record<string, string | Secret>>;
  /** Names of our own variables that install, build and start get as well. */
  readonly passEnv: readonly string[];
  readonly probe: { readonly path: string; readonly limitMs: number };
  readonly limits: { readonly installMs: number; readonly buildMs: number; readonly startMs: number };
  readonly drain: { readonly requestsMs: number; readonly streamsMs: number; readonly killMs: number };
  /** Longest time that requests wait while the release is exchanged. */
  readonly holdMs: number;
  /** Releases kept on disk. */
  readonly keep: number;
  /** The release before keeps running, for an instant way back. */
  readonly standby: boolean;
  readonly data: DataConfig | null;
}

export interface NoopConfig {
  readonly type: 'noop';
  readonly fail: 'stage' | 'activate' | 'probe' | null;
}

/** A target of the user's own, given in TypeScript. */
export interface CustomConfig {
  readonly type: 'custom';
  readonly target: Target;
}

/** Paths are absolute. */
export type DataConfig = (
  | { readonly type: 'directory'; readonly path: string }
  | { readonly type: 'sqlite'; readonly files: readonly string[] }
  | { readonly type: 'postgres'; readonly url: Secret; readonly method: 'dump' | 'template' }
) & {
  /** Snapshots are kept this long; null: until somebody prunes them. */
  readonly expireMs: number | null;
};

export type StrategyConfig =
  | { readonly type: 'all-at-once' }
  | { readonly type: 'recreate' }
  | { readonly type: 'canary'; readonly settings: CanarySettings; readonly signals: readonly OutsideSignal[] }
  /** `soakMs`: how long the candidate is watched before the old release is let go. */
  | { readonly type: 'blue-green'; readonly soakMs: number };

export type TriggerConfig =
  | {
      readonly type: 'error-rate';
      /** Fraction from 0 to 1. */
      readonly above: number;
      readonly windowMs: number;
      readonly minRequests: number;
    }
  | { readonly type: 'health'; readonly failures: number; readonly everyMs: number }
  | { readonly type: 'crash-loop'; readonly restarts: number };
