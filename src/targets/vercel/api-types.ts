/** What Vercel's API answers, as far as this target reads it. */

/** BLOCKED: waits for a person, for example because its author has no seat in the team. */
export type ReadyState = 'QUEUED' | 'INITIALIZING' | 'BUILDING' | 'READY' | 'ERROR' | 'CANCELED' | 'BLOCKED';

/** A deployment wherever it is shown: on its own, as a project's production, inside a rolling release. */
export interface DeploymentBrief {
  readonly id: string;
  /** Host, without the scheme. */
  readonly url: string;
  readonly readyState: ReadyState;
  /** PROMOTED: has seen production traffic, now or earlier. */
  readonly readySubstate?: 'STAGED' | 'ROLLING' | 'PROMOTED';
  readonly target?: string | null;
  readonly meta?: Readonly<Record<string, string>>;
}

export interface Told {
  readonly code: string;
  readonly message: string;
}

export interface Deployment extends DeploymentBrief {
  readonly aliasAssigned?: boolean | number | null;
  readonly aliasError?: Told | null;
  readonly checksState?: 'registered' | 'running' | 'completed';
  readonly checksConclusion?: 'succeeded' | 'failed' | 'skipped' | 'canceled';
  /** Checks of the newer kind, by what they hold back. */
  readonly checks?: Readonly<Record<string, { readonly state?: string } | undefined>> | null;
  readonly errorMessage?: string | null;
  readonly errorStep?: string | null;
  readonly regions?: readonly string[];
  readonly inspectorUrl?: string | null;
}

/** A row of the list: the id has another name there. */
export interface ListedDeployment extends Omit<DeploymentBrief, 'id' | 'readyState'> {
  readonly uid: string;
  readonly state?: ReadyState;
  readonly readyState?: ReadyState;
}

/** The job that moves production's domains: a promotion or an instant rollback. */
export interface AliasRequest {
  readonly fromDeploymentId: string;
  readonly toDeploymentId: string;
  readonly jobStatus: 'succeeded' | 'failed' | 'skipped' | 'pending' | 'in-progress';
  readonly requestedAt: number;
  readonly type: 'promote' | 'rollback';
}

export interface RollingConfig {
  readonly advancementType?: 'automatic' | 'manual-approval';
  readonly stages?:
    | readonly {
        readonly targetPercentage: number;
        readonly requireApproval?: boolean;
        /** Minutes. */
        readonly duration?: number;
      }[]
    | null;
}

export interface Variable {
  readonly id?: string;
  readonly key: string;
  readonly target?: string | readonly string[];
  readonly updatedAt?: number;
}

export interface Project {
  readonly id: string;
  readonly name: string;
  readonly accountId: string;
  readonly paused?: boolean;
  readonly targets?: { readonly production?: DeploymentBrief | null } | null;
  readonly lastAliasRequest?: AliasRequest | null;
  readonly rollingRelease?: RollingConfig | null;
  readonly env?: readonly Variable[];
  readonly crons?: { readonly definitions?: readonly { readonly path: string }[] } | null;
  /** Seconds; 0 or absent: off. */
  readonly skewProtectionMaxAge?: number | null;
  readonly ssoProtection?: { readonly deploymentType: string } | null;
  readonly passwordProtection?: object | null;
  readonly protectionBypass?: Readonly<Record<string, object>> | null;
  readonly link?: { readonly type?: string; readonly repoId?: number; readonly projectId?: number } | null;
  readonly framework?: string | null;
  readonly buildCommand?: string | null;
  readonly installCommand?: string | null;
  readonly outputDirectory?: string | null;
  readonly rootDirectory?: string | null;
  readonly nodeVersion?: string | null;
}

export interface RollingStage {
  readonly index: number;
  readonly isFinalStage: boolean;
  readonly targetPercentage: number;
}

export interface RollingRelease {
  readonly state: 'ACTIVE' | 'COMPLETE' | 'ABORTED';
  readonly currentDeployment: DeploymentBrief | null;
  readonly canaryDeployment: DeploymentBrief | null;
  readonly queuedDeploymentId?: string | null;
  readonly stages?: readonly RollingStage[];
  readonly activeStage?: RollingStage | null;
}

export interface RollingBilling {
  readonly availableSlots: number | 'unlimited';
  readonly reason: 'plan_not_supported' | 'unlimited_slots' | 'no_available_slots' | 'available_slots';
  readonly message?: string;
  /** Projects that hold a slot. */
  readonly enabledProjects?: readonly (string | { readonly id: string })[];
}

export interface BuildEvent {
  readonly type: string;
  readonly created: number;
  readonly text?: string;
  readonly payload?: { readonly id?: string; readonly text?: string };
}

/** A file of a release: `mode` as the file system has it, the SHA-1 of its bytes in hex. */
export interface ManifestFile {
  readonly file: string;
  readonly sha: string;
  readonly size: number;
  readonly mode: number;
}
