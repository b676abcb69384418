/**
 * Data that belongs to the transaction: a directory, SQLite files, a Postgres database.
 *
 * A snapshot counts only after it was read back. Restoring goes to the side, is checked, and is
 * then swapped in; it is idempotent, so a restore that was killed is simply run again.
 */
import type { Exec } from '../util/exec.ts';

/** Two fingerprints are equal exactly when the data is; `schema` is null where there is no such thing. */
export interface Fingerprint {
  readonly content: string;
  readonly schema: string | null;
  readonly bytes: number;
  /** Files, or rows. */
  readonly items: number;
}

export interface Snapshot {
  readonly id: string;
  readonly fingerprint: Fingerprint;
  /** Folder that holds it. */
  readonly path: string;
  /** SHA-256 over the snapshot's own files. */
  readonly checksum: string;
  readonly bytes: number;
  /** Counter at the time of the snapshot for `writesSince`, where the engine has one. */
  readonly mark: string | null;
  /** ISO time after which it may be pruned; absent: not by itself. Given by the core, not by who takes it. */
  readonly expiresAt?: string;
}

/** How much was written since a snapshot; `unit` says what is counted. */
export interface Writes {
  readonly count: number;
  readonly unit: 'files' | 'rows' | 'row changes' | 'documents';
}

export interface DataContext {
  readonly signal: AbortSignal;
  readonly exec: Exec;
  readonly say: (line: string) => void;
}

export interface ProtectedData {
  readonly kind: 'directory' | 'sqlite' | 'postgres' | 'convex';
  /** What is protected, for people, without secrets. */
  readonly what: string;
  /** How long a snapshot is kept, in milliseconds; absent: until somebody prunes it. */
  readonly expireMs?: number;
  fingerprint(ctx: DataContext): Promise<Fingerprint>;
  /** `fingerprint().schema` alone, for data that is too far away or too large to be read as a whole for it. */
  schema?(ctx: DataContext): Promise<string | null>;
  /** Bytes that a snapshot needs, and bytes free where it would go. */
  room(ctx: DataContext): Promise<{ readonly needed: number; readonly free: number }>;
  /** Writes a snapshot and reads it back. Consistent while writers run where the engine allows. Idempotent by id. */
  snapshot(ctx: DataContext, id: string): Promise<Snapshot>;
  /** The snapshot of this id, complete and undamaged; null when there is none. @throws Problem SNAPSHOT_DAMAGED */
  find(ctx: DataContext, id: string): Promise<Snapshot | null>;
  /** A test restore to the side, compared by fingerprint. @throws Problem SNAPSHOT_DAMAGED */
  verify(ctx: DataContext, snapshot: Snapshot): Promise<Fingerprint>;
  /** Puts the snapshot back, byte for byte, and reads the fingerprint back. The application must be stopped. */
  restore(ctx: DataContext, snapshot: Snapshot): Promise<Fingerprint>;
  writesSince(ctx: DataContext, snapshot: Snapshot): Promise<Writes>;
  remove(ctx: DataContext, id: string): Promise<void>;
}
