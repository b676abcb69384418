/** Snapshot exports: one at a time, then a ZIP to download. */
import { randomUUID } from 'node:crypto';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Value } from 'convex/values';
import { recordAudit } from './audit-log.ts';
import type { Deployment } from './deployment.ts';
import { badRequest, Refusal } from './refusal.ts';
import { type ComponentSnapshot, type SnapshotChoice, takeSnapshot } from './snapshot.ts';
import { writeZip } from './write-zip.ts';

interface Export {
  readonly id: string;
  readonly choice: SnapshotChoice;
  readonly creationTime: number;
  state: 'requested' | 'in_progress' | 'completed' | 'failed' | 'canceled';
  /** Nanoseconds since the epoch, as everything of the vendor's that ends in `_ts`. */
  startTs: bigint;
  completeTs: bigint;
  expirationTs: bigint;
  snapshot: readonly ComponentSnapshot[];
}

export type Exports = Export[];

const STEP_MS = 25;
const NANOS = 1_000_000n;
const LIFE_MS = 14n * 24n * 3_600_000n;
const LONGEST_LIFE_MS = 60n * 24n * 3_600_000n;

const nowNanos = () => BigInt(Date.now()) * NANOS;

export function requestExport(deployment: Deployment, choice: SnapshotChoice): void {
  const running = deployment.exports.some(({ state }) => state === 'requested' || state === 'in_progress');
  if (running) throw badRequest('ExportInProgress', 'There is already an export requested or in progress.');
  const made: Export = {
    id: randomUUID(),
    choice,
    creationTime: Date.now(),
    state: 'requested',
    startTs: 0n,
    completeTs: 0n,
    expirationTs: 0n,
    snapshot: [],
  };
  deployment.exports.push(made);
  recordAudit(deployment, 'request_export', { id: made.id, component: choice.component });
  deployment.changed();
  void advance(deployment, made);
}

async function advance(deployment: Deployment, made: Export): Promise<void> {
  await sleep(STEP_MS, undefined, { ref: false });
  if (made.state === 'canceled') return;
  const before = deployment.exports.filter((one) => one !== made).map(({ startTs }) => startTs);
  const latest = before.reduce((most, ts) => (ts > most ? ts : most), 0n);
  const now = nowNanos();
  made.startTs = now > latest ? now : latest + 1n;
  made.snapshot = takeSnapshot(deployment, made.choice);
  change(deployment, made, 'in_progress');
  if (deployment.scenario.exportStuck) return;
  await sleep(STEP_MS, undefined, { ref: false });
  if (made.state !== 'in_progress') return;
  made.completeTs = nowNanos();
  made.expirationTs = made.completeTs + LIFE_MS * NANOS;
  change(deployment, made, deployment.scenario.exportFails ? 'failed' : 'completed');
}

function change(deployment: Deployment, made: Export, state: Export['state']): void {
  made.state = state;
  deployment.changed();
}

/** The newest export of any caller; null before the first. */
export function latestExport(deployment: Deployment): Record<string, Value> | null {
  const made = deployment.exports.at(-1);
  if (!made) return null;
  const common = { _id: made.id, _creationTime: made.creationTime, requestor: 'snapshotExport', state: made.state };
  if (made.state === 'requested' || made.state === 'canceled') return common;
  if (made.state === 'in_progress') return { ...common, start_ts: made.startTs, progress_message: 'Exporting tables' };
  const ended = { ...common, start_ts: made.startTs, complete_ts: made.completeTs };
  if (made.state === 'failed') return { ...ended, failed_ts: made.completeTs };
  return { ...ended, expiration_ts: made.expirationTs, zip_object_key: made.id };
}

/** By its start or its id. */
export async function downloadExport(deployment: Deployment, key: string) {
  const made = deployment.exports.find(({ id, startTs }) => id === key || startTs.toString() === key);
  if (!made || made.state !== 'completed' || made.expirationTs < nowNanos())
    throw new Refusal(404, 'ExportNotFound', `The requested export ${key} was not found`);
  const zip = writeZip(made.snapshot, new Date(Number(made.startTs / NANOS)));
  return {
    headers: {
      'content-type': 'application/zip',
      'content-disposition': `attachment; filename=snapshot_${made.startTs}.zip`,
    },
    stream: deployment.scenario.truncatedZip ? Readable.from([await firstPart(zip)]) : zip,
  };
}

/** Two thirds: the directory at a ZIP's end is missing. */
async function firstPart(zip: Readable): Promise<Buffer> {
  const whole = await buffer(zip);
  return whole.subarray(0, Math.floor((whole.length * 2) / 3));
}

/** `expires` in nanoseconds since the epoch. */
export function setExpiration(deployment: Deployment, id: string, expires: number | string): void {
  const made = exportById(deployment, id);
  const wanted = BigInt(expires);
  if (wanted > nowNanos() + LONGEST_LIFE_MS * NANOS)
    throw badRequest('SnapshotExpirationTooLarge', 'Expiration may be at most 60 days in the future.');
  made.expirationTs = wanted;
  deployment.changed();
}

export function cancelExport(deployment: Deployment, id: string): void {
  const made = exportById(deployment, id);
  if (made.state !== 'requested' && made.state !== 'in_progress')
    throw badRequest('CannotCancelCompletedExport', 'Only an export that is not complete can be canceled.');
  change(deployment, made, 'canceled');
}

function exportById(deployment: Deployment, id: string): Export {
  const made = deployment.exports.find((one) => one.id === id);
  if (!made) throw new Refusal(404, 'ExportNotFound', `The requested export ${id} was not found`);
  return made;
}
