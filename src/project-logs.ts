/** What the commands of a deployment's steps print: kept beside the project, and in a store that others share. Part of the composition root. */
import { existsSync } from 'node:fs';
import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { gunzip, gzip } from 'node:zlib';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { Notice } from './core/runtime.ts';
import type { Store } from './stores/store.ts';
import { type LineLog, type LoggedLine, linesOf, openLineLog, readLineLog } from './util/line-log.ts';

export interface StepLogs {
  notice(notice: Notice): void;
  /** What is kept for others is there when it resolves, or cannot be in five seconds. */
  settle(): Promise<void>;
}

export interface StepLogReader {
  /** Lines behind `after`, at most `limit`; null when no log of it is known here. */
  read(deployment: string, after: number, limit: number): Promise<readonly LoggedLine[] | null>;
}

/** Of one deployment, and how many deployments. */
const LIMIT_BYTES = 16 * 1024 * 1024;
const KEEP = 50;
/** Longer than this no command waits at its end for a store that does not answer. */
const SETTLE_MS = 5_000;

const folderOf = (directory: string): string => join(directory, '.belay', 'logs');
const nameOf = (deployment: string): string => `logs/${deployment}.ndjson.gz`;
const fileOf = (folder: string, deployment: string): string => join(folder, `${deployment}.ndjson`);

/** @param directory of the configuration */
export function keepStepLogs(directory: string, store: Store, clean: (text: string) => string): StepLogs {
  const folder = folderOf(directory);
  const open = new Map<string, LineLog>();
  const handed: Promise<void>[] = [];
  const handOver = async (deployment: string, log: LineLog): Promise<void> => {
    await log.flush();
    await forgetOldest(folder);
    if (!store.artefacts) return;
    await store.artefacts.put(nameOf(deployment), await promisify(gzip)(await readFile(fileOf(folder, deployment))));
    await forgetOldestOf(store.artefacts);
  };
  const end = (deployment: string): void => {
    const log = open.get(deployment);
    if (!open.delete(deployment) || !log) return;
    // A log never fails the deployment that it is about.
    handed.push(handOver(deployment, log).catch(() => undefined));
  };
  return {
    notice(notice) {
      if (notice.type === 'output') {
        const { deployment, step, line } = notice;
        const log = open.get(deployment) ?? openLineLog(fileOf(folder, deployment), LIMIT_BYTES);
        open.set(deployment, log);
        log.add({ at: new Date().toISOString(), step, text: clean(line) });
      }
      if (notice.type === 'event' && notice.event.kind === 'deployment.closed') end(notice.event.deployment ?? '');
    },
    async settle() {
      for (const deployment of open.keys()) end(deployment);
      const limit = new AbortController();
      const late = delay(SETTLE_MS, undefined, { signal: limit.signal }).catch(() => undefined);
      await Promise.race([Promise.all(handed), late]);
      limit.abort();
    },
  };
}

/** Ids are ordered by time, and so are the names of the files. */
async function forgetOldest(folder: string): Promise<void> {
  if (!existsSync(folder)) return;
  const files = (await readdir(folder)).filter((name) => name.endsWith('.ndjson')).sort();
  for (const file of files.slice(0, -KEEP)) await rm(join(folder, file), { force: true });
}

async function forgetOldestOf(artefacts: NonNullable<Store['artefacts']>): Promise<void> {
  for (const name of (await artefacts.list('logs/')).slice(0, -KEEP)) await artefacts.remove(name);
}

/** @param directory null where there is no configuration: then only what the store keeps */
export function readStepLogs(directory: string | null, store: Pick<Store, 'artefacts'>): StepLogReader {
  return {
    async read(deployment, after, limit) {
      const file = directory === null ? null : fileOf(folderOf(directory), deployment);
      if (file !== null && existsSync(file)) return readLineLog(file, after, limit);
      const kept = await store.artefacts?.get(nameOf(deployment));
      if (!kept) return null;
      const bytes = await promisify(gunzip)(kept);
      return linesOf(Readable.from([bytes.subarray(after)]), after, limit);
    },
  };
}
