/** The push requests of releases, kept so that each can be pushed again as it was. */
import { brotliCompress, brotliDecompress, constants } from 'node:zlib';
import { promisify } from 'node:util';
import { Problem } from '../../core/errors.ts';
import type { ReleaseRef } from '../../core/release.ts';
import type { PushRequest } from '../../platforms/convex/push-request.ts';
import type { ConvexSetup } from './options.ts';

const FORMAT = 1;

export interface KeptRelease {
  readonly format: number;
  readonly id: string;
  /** Every deployment that staged exactly this code, the latest last. */
  readonly deployments: readonly string[];
  readonly commit: string;
  readonly stagedAt: string;
  readonly schema: string | null;
  /** As `system:getSchemaVersion` tells it; absent in older records. */
  readonly schemaVersion?: string | null;
}

const compress = promisify(brotliCompress);
const decompress = promisify(brotliDecompress);

const recordName = ({ scope }: ConvexSetup, id: string) => `${scope}${id}.json`;
const pushName = ({ scope }: ConvexSetup, id: string) => `${scope}${id}.push.br`;

export async function keepRelease(
  setup: ConvexSetup,
  record: Omit<KeptRelease, 'format'>,
  push: PushRequest,
): Promise<void> {
  const packed = await compress(JSON.stringify(push), { params: { [constants.BROTLI_PARAM_QUALITY]: 5 } });
  await setup.artefacts.put(pushName(setup, record.id), packed);
  // Last, so that half a release is none.
  await writeRecord(setup, { format: FORMAT, ...record });
}

function writeRecord(setup: ConvexSetup, record: KeptRelease): Promise<void> {
  return setup.artefacts.put(recordName(setup, record.id), Buffer.from(JSON.stringify(record)));
}

export async function readKept(setup: ConvexSetup, id: string): Promise<KeptRelease | null> {
  const bytes = await setup.artefacts.get(recordName(setup, id));
  if (!bytes) return null;
  const record = JSON.parse(Buffer.from(bytes).toString('utf8')) as KeptRelease;
  if (record.format <= FORMAT) return record;
  throw new Problem('FORMAT_NEWER', `Release ${id} was staged by a newer Belay`, {
    why: `its record has format ${record.format}, this Belay reads up to ${FORMAT}`,
    next: 'npm install --global belayctl@latest',
  });
}

export async function keptReleases(setup: ConvexSetup): Promise<readonly KeptRelease[]> {
  const names = (await setup.artefacts.list(setup.scope)).filter((name) => name.endsWith('.json'));
  const ids = names.map((name) => name.slice(setup.scope.length, -'.json'.length));
  const records = await Promise.all(ids.map((id) => readKept(setup, id)));
  return records.filter((record) => record !== null).sort((a, b) => (a.stagedAt < b.stagedAt ? -1 : 1));
}

/** Null when it was pruned, or staged with another store. */
export async function readPush(setup: ConvexSetup, id: string): Promise<PushRequest | null> {
  const packed = await setup.artefacts.get(pushName(setup, id));
  return packed ? (JSON.parse((await decompress(packed)).toString('utf8')) as PushRequest) : null;
}

export async function forget(setup: ConvexSetup, id: string): Promise<void> {
  await setup.artefacts.remove(recordName(setup, id));
  await setup.artefacts.remove(pushName(setup, id));
}

/** One deployment less needs it. @returns whether it is gone altogether */
export async function letGo(setup: ConvexSetup, record: KeptRelease, deployment: string): Promise<boolean> {
  const others = record.deployments.filter((one) => one !== deployment);
  if (others.length > 0) await writeRecord(setup, { ...record, deployments: others });
  else await forget(setup, record.id);
  return others.length === 0;
}

export function refOf({ id, commit, schema, schemaVersion }: KeptRelease, url: string): ReleaseRef {
  return { id, url, commit, ...(schema === null ? {} : { schema }), ...(schemaVersion ? { schemaVersion } : {}) };
}
