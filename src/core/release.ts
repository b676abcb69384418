/** What a deployment moves: releases, and where they came from. Plain JSON, kept in the journal. */

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** Decided before shipping: what going back from this release takes. */
export type RollbackClass = 'code-only' | 'code+schema' | 'restore-required' | 'forward-only';

const WORST: readonly RollbackClass[] = ['code-only', 'code+schema', 'restore-required', 'forward-only'];

/** The one that promises less. */
export function worseClass(a: RollbackClass, b: RollbackClass): RollbackClass {
  return WORST.indexOf(a) > WORST.indexOf(b) ? a : b;
}

/** A platform's own name for what it built: JSON, without secrets, enough to find it again. */
export interface ReleaseRef {
  readonly id: string;
  readonly url?: string;
  readonly [fact: string]: string | number | boolean | undefined;
}

/** Where the code of a release came from. */
export interface Source {
  /** Full commit hash, or `dir-<content hash>` for a directory that is not a git repository. */
  readonly commit: string;
  readonly branch?: string;
  readonly tag?: string;
  /** First line of the commit message. */
  readonly subject?: string;
  readonly author?: string;
  /** ISO time of the commit, for lead time. */
  readonly committedAt?: string;
  /** Files changed in the work tree that are not part of the release. */
  readonly uncommitted?: number;
}

/** Immutable record of what ran, or would run again. */
export interface Release {
  readonly id: string;
  readonly environment: string;
  readonly source: Source;
  /** Hash of the configuration, variable names and references included. */
  readonly configHash: string;
  readonly rollbackClass: RollbackClass;
  /** What makes going back take more than code; absent where nothing does, and in older records. */
  readonly rollbackReason?: string;
  /** The artefact on each target, by target name. */
  readonly refs: Readonly<Record<string, ReleaseRef>>;
  /** Snapshot taken before this release went live, by target name. */
  readonly snapshots: Readonly<Record<string, string>>;
  readonly deployment: string;
}

/** What serves on each target; null where nothing does. */
export type LiveRefs = Readonly<Record<string, ReleaseRef | null>>;

export function sameRef(a: ReleaseRef | null | undefined, b: ReleaseRef | null | undefined): boolean {
  return (a?.id ?? null) === (b?.id ?? null);
}

/** The first seven characters: how ids and commits are shown. */
export function short(id: string): string {
  return id.startsWith('dir-') ? id.slice(0, 11) : id.slice(0, 7);
}

/** The name of the release that a deployment makes: its commit, and the deployment's own id. */
export function releaseName(source: Source, deployment: string): string {
  return `r-${short(source.commit)}-${deployment.replace(/^d-/, '')}`;
}
