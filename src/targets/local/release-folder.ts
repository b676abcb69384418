/** Where releases are on disk, and the file that says a release is complete and how it runs. */
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { Problem } from '../../core/errors.ts';
import { releaseName, type ReleaseRef, type Source } from '../../core/release.ts';
import { writeFileDurably } from '../../util/files.ts';
import { type Checkout, checkoutIn } from '../checkout/checkout.ts';
import type { LocalProbe, PortRange } from './options.ts';

const FORMAT = 1;
const ID = /^r-(?:dir-)?[0-9a-z]+-([0-9a-z-]{1,64})$/;

/** How a release runs, frozen when it was staged, so that going back brings its configuration back too. */
export interface ReleaseRecord {
  readonly format: number;
  readonly id: string;
  readonly deployment: string;
  readonly commit: string;
  readonly stagedAt: string;
  readonly start: string;
  readonly env: Readonly<Record<string, string>>;
  readonly host: string;
  readonly port: number;
  readonly ports?: PortRange;
  readonly probe: LocalProbe;
  readonly drainMs: number;
  readonly streamsMs: number;
  readonly killAfterMs: number;
  /** The cached install it was made from, so that pruning keeps that. */
  readonly installKey?: string;
}

export interface ReleaseFolder extends Checkout {
  readonly record: string;
  readonly appLog: string;
}

export function releasesHome(home: string): string {
  return join(home, 'releases');
}

/** Ids reach us from the journal and end in a recursive removal: nothing but our own names passes. */
export function releaseFolder(home: string, id: string): ReleaseFolder {
  if (!ID.test(id)) throw new Problem('RELEASE_UNKNOWN', `${JSON.stringify(id)} is not a release of a local target`);
  const path = join(releasesHome(home), id);
  return {
    ...checkoutIn(path, id),
    record: join(path, 'release.json'),
    appLog: join(path, 'app.log'),
  };
}

function deploymentTag(deployment: string): string {
  return deployment.replace(/^d-/, '');
}

/** The same name as in the journal, so that people meet one name per release. */
export function releaseId(source: Source, deployment: string): string {
  return releaseName(source, deployment);
}

export function folders(home: string): ReleaseFolder[] {
  const root = releasesHome(home);
  if (!existsSync(root)) return [];
  return readdirSync(root)
    .filter((name) => ID.test(name))
    .map((name) => releaseFolder(home, name));
}

/** Folders that `stage` of this deployment made, complete or not. */
export function foldersOf(home: string, deployment: string): ReleaseFolder[] {
  const tag = deploymentTag(deployment);
  return folders(home).filter((folder) => ID.exec(folder.id)?.[1] === tag);
}

/** Null until staging has completed. */
export function readRecord(folder: ReleaseFolder): ReleaseRecord | null {
  if (!existsSync(folder.record)) return null;
  const record = JSON.parse(readFileSync(folder.record, 'utf8')) as ReleaseRecord;
  if (record.format > FORMAT) {
    throw new Problem('FORMAT_NEWER', `Release ${folder.id} was staged by a newer Belay`, {
      why: `its record has format ${record.format}, this Belay reads up to ${FORMAT}`,
      next: 'npm install --global belayctl@latest',
    });
  }
  return record;
}

export function requireRecord(home: string, release: ReleaseRef): ReleaseRecord {
  const record = readRecord(releaseFolder(home, release.id));
  if (record) return record;
  throw new Problem('RELEASE_PRUNED', `Release ${release.id} is no longer on this machine`, {
    why: 'its folder was pruned or discarded',
    next: 'belay releases',
  });
}

export function writeRecord(folder: ReleaseFolder, record: Omit<ReleaseRecord, 'format'>): void {
  writeFileDurably(folder.record, `${JSON.stringify({ format: FORMAT, ...record }, null, 2)}\n`);
}

/** What the journal keeps of a release. */
export function refOf(record: ReleaseRecord): ReleaseRef {
  return { id: record.id, commit: record.commit };
}
