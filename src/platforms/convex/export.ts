/** A consistent export of a Convex deployment, taken by the deployment itself and brought here as its ZIP. */
import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { Problem } from '../../core/errors.ts';
import type { ConvexClient } from './client.ts';
import { toBigInt } from './values.ts';
import type { Doing } from './doing.ts';

interface LatestExport {
  readonly _id?: string;
  readonly state: 'requested' | 'in_progress' | 'completed' | 'failed' | 'canceled';
  readonly start_ts?: unknown;
  readonly progress_message?: string | null;
}

const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 2_000;
/** Downloading has no end that could be known beforehand; the step's own limit holds. */
const DOWNLOAD_LIMIT_MS = 6 * 60 * 60_000;

/** @throws Problem DATA_FAILED, TARGET_UNREACHABLE */
export async function exportTo(
  client: ConvexClient,
  ctx: Doing,
  { file, includeStorage }: { readonly file: string; readonly includeStorage: boolean },
): Promise<void> {
  const before = await latest(client, ctx.signal);
  if (before && isRunning(before)) throw alreadyRunning();
  try {
    await client.send('the request for an export', 'POST', `/api/export/request/zip?includeStorage=${includeStorage}`, {
      signal: ctx.signal,
    });
  } catch (error) {
    throw error instanceof Problem && /ExportInProgress/.test(error.why ?? '') ? alreadyRunning() : error;
  }
  const name = await finished(client, ctx, nameOf(before));
  const request = { signal: ctx.signal, limitMs: DOWNLOAD_LIMIT_MS };
  const { body } = await client.send('the download of the export', 'GET', `/api/export/zip/${name}`, request);
  if (!body) throw new Problem('DATA_FAILED', 'The export is empty', { retry: 'later' });
  await pipeline(
    Readable.fromWeb(body as Parameters<typeof Readable.fromWeb>[0]),
    createWriteStream(file, { mode: 0o600, flush: true }),
    {
      signal: ctx.signal,
    },
  );
}

async function latest(client: ConvexClient, signal: AbortSignal): Promise<LatestExport | null> {
  const answer = await client.call('query', '_system/cli/exports:getLatest', {}, signal);
  if (answer.status === 'success') return (answer.value ?? null) as LatestExport | null;
  throw new Problem('DATA_FAILED', 'The deployment does not tell about its exports', {
    ...(answer.errorMessage === undefined ? {} : { why: answer.errorMessage }),
    retry: 'later',
  });
}

const isRunning = ({ state }: LatestExport): boolean => state === 'requested' || state === 'in_progress';

/** The name by which it is downloaded: the newest export may be anybody's, and this tells them apart. */
function nameOf(one: LatestExport | null): string | null {
  if (!one) return null;
  return one._id ?? toBigInt(one.start_ts)?.toString() ?? null;
}

async function finished(client: ConvexClient, ctx: Doing, before: string | null): Promise<string> {
  let told = '';
  for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(pause * 1.5, LONGEST_PAUSE_MS)) {
    const now = await latest(client, ctx.signal);
    const name = nameOf(now);
    if (now && name !== null && name !== before && !isRunning(now)) {
      if (now.state === 'completed') return name;
      throw new Problem('DATA_FAILED', `The export ended ${now.state}`, { next: 'belay deploy', retry: 'later' });
    }
    const progress = now?.progress_message ?? '';
    if (progress !== told) ctx.say(`export: ${(told = progress)}`);
    await delay(pause, undefined, { signal: ctx.signal });
  }
}

function alreadyRunning(): Problem {
  return new Problem('DATA_FAILED', 'Another export of this deployment is running', {
    why: 'Convex takes one at a time, and its owner would get ours',
    next: 'wait for it in the dashboard of the deployment, then try again',
    retry: 'later',
  });
}
