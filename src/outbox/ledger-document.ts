/** The ledger in the store: read, and written only where nobody else was faster. */
import type { Json } from '../core/release.ts';
import { Problem } from '../core/errors.ts';
import type { Documents, Store } from '../stores/store.ts';
import type { Ledger } from './ledger.ts';

export interface Filed {
  readonly ledger: Ledger;
  /** Null: not in the store yet. */
  readonly version: number | null;
}

export interface LedgerName {
  readonly channel: string;
  readonly environment: string;
}

const FOLDER = 'notify/';

const nameOf = ({ channel, environment }: LedgerName): string => `${FOLDER}${channel}/${environment}`;

/** @throws Problem FORMAT_NEWER, or of the store */
export async function readLedger({ documents }: Pick<Store, 'documents'>, name: LedgerName): Promise<Filed | null> {
  const found = await documents.read(nameOf(name));
  return found && { ledger: ledgerIn(found.value), version: found.version };
}

/** Null when somebody else has written it meanwhile. */
export async function writeLedger(
  { documents }: { readonly documents: Documents },
  name: LedgerName,
  ledger: Ledger,
  version: number | null,
): Promise<Filed | null> {
  const done = await documents.write(nameOf(name), ledger as unknown as Json, version);
  return done ? { ledger, version: (version ?? 0) + 1 } : null;
}

const TRIES = 20;

/** Writes what `change` makes of it, again when somebody else was faster. @throws Problem of the store */
export async function changeLedger(
  store: Pick<Store, 'documents'>,
  name: LedgerName,
  begin: () => Promise<Ledger>,
  change: (ledger: Ledger) => Ledger,
): Promise<void> {
  for (let attempt = 1; attempt <= TRIES; attempt += 1) {
    const filed = (await readLedger(store, name)) ?? { ledger: await begin(), version: null };
    const changed = change(filed.ledger);
    if (changed === filed.ledger || (await writeLedger(store, name, changed, filed.version))) return;
  }
  throw new Problem('STORE_UNREACHABLE', `The notifications of ${name.channel} are being written all the time`, {
    next: 'belay notify list',
    retry: 'later',
  });
}

/** All that there are, also of channels that are no longer configured. */
export async function listLedgers({
  documents,
}: Pick<Store, 'documents'>): Promise<readonly (LedgerName & { readonly ledger: Ledger })[]> {
  const found = await documents.list(FOLDER);
  return found.map(({ name, value }) => {
    const [channel = '', environment = ''] = name.slice(FOLDER.length).split('/');
    return { channel, environment, ledger: ledgerIn(value) };
  });
}

function ledgerIn(value: Json): Ledger {
  const ledger = value as unknown as Ledger;
  if (ledger.format === 1) return ledger;
  throw new Problem('FORMAT_NEWER', 'The notifications of this store were kept by a newer version of belay', {
    why: `their format is ${JSON.stringify(ledger.format)}, this version reads 1`,
    next: 'npm install --global belayctl@latest',
  });
}
