/** What the Vercel emulator keeps: accounts, projects, deployments, aliases. Plain data; the rules are in the files beside. */
import type { Site } from './site.ts';

export type ReadyState = 'QUEUED' | 'INITIALIZING' | 'BUILDING' | 'READY' | 'ERROR' | 'CANCELED' | 'BLOCKED';
export type ReadySubstate = 'STAGED' | 'ROLLING' | 'PROMOTED';
export type Plan = 'hobby' | 'pro';

/** A file of an upload: its bytes lie in the store of uploads, by digest. */
export interface SourceFile {
  readonly file: string;
  /** SHA-1 of the bytes, hex. */
  readonly sha: string;
  readonly size: number;
  readonly mode?: number;
}

export interface BuildEvent {
  readonly type: 'stdout' | 'stderr' | 'command' | 'deployment-state';
  readonly created: number;
  readonly text: string;
  readonly readyState?: ReadyState;
}

export interface GitSource {
  readonly type: string;
  readonly ref?: string | null | undefined;
  readonly sha?: string | null | undefined;
  readonly [other: string]: unknown;
}

export interface Deployment {
  readonly id: string;
  readonly name: string;
  readonly projectId: string;
  readonly target: 'production' | 'staging' | null;
  readonly customEnvironmentId: string | null;
  /** Host and port, without the scheme. */
  readonly url: string;
  readonly createdAt: number;
  readonly source: 'cli' | 'git' | 'redeploy';
  /** False: a production build without production's domains. */
  readonly autoAssign: boolean;
  readonly prebuilt: boolean;
  readonly files: readonly SourceFile[];
  readonly gitSource: GitSource | null;
  readonly meta: Readonly<Record<string, string>>;
  readonly regions: readonly string[];
  /** Frozen when the deployment was created: a rollback brings it back, an edit does not reach it. */
  readonly env: Readonly<Record<string, string>>;
  readonly folder: string;
  readonly site: Site;
  readonly stopBuild: AbortController;
  readonly events: BuildEvent[];
  readyState: ReadyState;
  readySubstate: ReadySubstate | null;
  buildingAt: number;
  ready: number | null;
  canceledAt: number | null;
  aliasAssigned: number | null;
  checksState: 'registered' | 'running' | 'completed' | null;
  checksConclusion: 'succeeded' | 'failed' | 'skipped' | 'canceled' | null;
  aliasError: { readonly code: string; readonly message: string } | null;
  error: { readonly code: string; readonly message: string; readonly step: string } | null;
  crons: readonly { readonly path: string; readonly schedule: string }[];
}

export interface EnvVariable {
  readonly id: string;
  readonly key: string;
  readonly value: string;
  readonly type: 'system' | 'encrypted' | 'plain' | 'sensitive';
  readonly target: readonly string[];
  readonly customEnvironmentIds: readonly string[];
  readonly createdAt: number;
  readonly updatedAt: number;
}

export interface AliasRequest {
  readonly fromDeploymentId: string;
  readonly toDeploymentId: string;
  readonly fromRollingReleaseId?: string;
  readonly jobStatus: 'succeeded' | 'failed' | 'skipped' | 'pending' | 'in-progress';
  readonly requestedAt: number;
  readonly type: 'promote' | 'rollback';
}

export interface CustomEnvironment {
  readonly id: string;
  readonly slug: string;
  readonly description: string;
  readonly createdAt: number;
}

export interface Project {
  readonly id: string;
  readonly createdAt: number;
  /** Run in the uploaded source. Null: files are served as they are. */
  readonly build: string | null;
  /** Run with PORT in its environment. Null: files are served as they are. */
  readonly start: string | null;
  readonly nodeModules: string | null;
  /** What stands behind a `gitSource`. */
  readonly repository: string | null;
  name: string;
  updatedAt: number;
  /** Host and port that production's traffic goes to. */
  domain: string;
  /** What PATCH may set and GET shows, by the vendor's names. */
  settings: Readonly<Record<string, unknown>>;
  regions: readonly string[];
  env: EnvVariable[];
  customEnvironments: CustomEnvironment[];
  protectionBypass: Readonly<
    Record<string, { readonly scope: string; readonly createdAt: number; readonly createdBy: string }>
  >;
  paused: boolean;
  live: string | null;
  /** Whatever was production's, oldest first, each once for each time. */
  promoted: string[];
  /** After a rollback no build takes the domains by itself, until somebody promotes. */
  heldByRollback: boolean;
  rollbackDescription: {
    readonly userId: string;
    readonly username: string;
    readonly description: string;
    readonly createdAt: number;
  } | null;
  lastAliasRequest: AliasRequest | null;
  rollingConfig: RollingConfig | null;
  rolling: RollingRelease | null;
}

export interface RollingConfig {
  readonly advancementType: 'automatic' | 'manual-approval';
  /** `duration` in minutes, as it is configured. */
  readonly stages: readonly {
    readonly targetPercentage: number;
    readonly duration?: number;
    readonly linearShift?: boolean;
  }[];
  readonly canaryResponseHeader: boolean;
}

export interface RollingStage {
  readonly index: number;
  readonly isFinalStage: boolean;
  readonly targetPercentage: number;
  readonly requireApproval: boolean;
  /** Seconds. */
  readonly duration: number | null;
  readonly linearShift?: boolean;
}

export interface RollingRelease {
  readonly id: string;
  readonly currentDeploymentId: string;
  readonly canaryDeploymentId: string;
  readonly advancementType: 'automatic' | 'manual-approval';
  readonly stages: readonly RollingStage[];
  readonly startedAt: number;
  state: 'ACTIVE' | 'COMPLETE' | 'ABORTED';
  queuedDeploymentId: string | null;
  activeStage: number;
  updatedAt: number;
}

export interface Alias {
  readonly uid: string;
  readonly alias: string;
  readonly deploymentId: string;
  readonly projectId: string;
  readonly createdAt: number;
}

/** Behaviours that are no HTTP fault. Set them at any time. */
export interface VercelScenario {
  /** A promotion stays `in-progress` for ever. */
  promoteStuck?: boolean;
  /** A promotion ends `failed`; traffic stays where it was. */
  promoteFails?: boolean;
  rollbackStuck?: boolean;
  rollbackFails?: boolean;
  /** The build is fine, its domains are not: `aliasError`. */
  aliasError?: { readonly code: string; readonly message: string };
  /** How every build that starts now ends. */
  buildState?: 'ERROR' | 'CANCELED' | 'BLOCKED';
  /** Builds stay QUEUED. */
  queueStuck?: boolean;
  /** How many projects of the team may use rolling releases. Default: unlimited. */
  rollingSlots?: number;
  /** No more deployments today. */
  quota?: boolean;
  /** Milliseconds that a build takes at least. */
  buildMs?: number;
}
