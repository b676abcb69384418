/** Runs a change on a real server and says what it did, in the words of the static verdict. */
import pg from 'pg';
import { failingStatements } from '../../../src/databases/postgres-observe/failing-statements.ts';
import {
  type Observation,
  observeInTransaction,
  observeOneByOne,
} from '../../../src/databases/postgres-observe/observe.ts';
import { splitStatements } from '../../../src/schema/postgres/split.ts';
import type { Hazard } from '../../../src/schema/postgres/index.ts';
import { type RunningPostgres, startPostgres } from '../../support/postgres.ts';
import type { Case } from './cases.ts';
import { BASE, OLD_RELEASE, SEED } from './shop-base.ts';

export interface Truth {
  readonly hazard: Hazard;
  readonly lock: string;
  readonly work: string;
  readonly oldCode: 'works' | 'breaks';
  /** Why, for the one who reads a difference. */
  readonly notes: string;
}

export interface TruthServer {
  readonly url: string;
  truthOf(one: Case): Promise<Truth>;
  stop(): Promise<void>;
}

async function connected(url: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => undefined);
  await client.connect();
  return client;
}

function hazardOf(seen: Observation): Hazard {
  if (seen.failed !== null) return 'fails';
  if (seen.long) return 'long-lock';
  return seen.blocks ? 'brief-lock' : 'safe';
}

function truth(seen: Observation, broken: readonly string[]): Truth {
  const notes = [seen.failed ?? '', ...broken.slice(0, 2)].filter(Boolean).join(' | ');
  return {
    hazard: hazardOf(seen),
    lock: seen.lock,
    work: seen.work,
    oldCode: broken.length > 0 ? 'breaks' : 'works',
    notes,
  };
}

async function inTransaction(client: pg.Client, statements: readonly string[]): Promise<Truth> {
  await client.query('BEGIN');
  try {
    const seen = await observeInTransaction(client, statements);
    if (seen.failed === null) await client.query('RESET search_path');
    return truth(seen, seen.failed === null ? await failingStatements(client, OLD_RELEASE, 'app') : []);
  } finally {
    await client.query('ROLLBACK');
  }
}

class Server implements TruthServer {
  readonly #server: RunningPostgres;
  readonly #client: pg.Client;
  #copies = 0;

  readonly url: string;

  constructor(server: RunningPostgres, client: pg.Client) {
    this.url = server.url;
    this.#server = server;
    this.#client = client;
  }

  async truthOf(one: Case): Promise<Truth> {
    const statements = splitStatements(one.sql).map((statement) => statement.text);
    const control = /\b(begin|commit)\s*;/i.test(one.sql);
    if (one.transaction !== false && !control) return inTransaction(this.#client, statements);
    return this.#onCopy(statements);
  }

  async #onCopy(statements: readonly string[]): Promise<Truth> {
    this.#copies += 1;
    const name = `copy_${this.#copies}`;
    const admin = await connected(this.#server.url.replace(/\/[^/]*$/, '/postgres'));
    await admin.query(`CREATE DATABASE ${name} TEMPLATE shop_template`);
    await admin.end();
    const url = this.#server.url.replace(/\/[^/]*$/, `/${name}`);
    const [client, other] = [await connected(url), await connected(url)];
    try {
      const seen = await observeOneByOne(client, other, statements);
      await client.query('BEGIN');
      const broken = seen.failed === null ? await failingStatements(client, OLD_RELEASE, 'app') : [];
      return truth(seen, broken);
    } finally {
      await Promise.all([client.end(), other.end()]);
    }
  }

  async stop(): Promise<void> {
    await this.#client.end();
    await this.#server.stop();
  }
}

/** A server with the base, its rows, and a release that runs on it without one complaint. */
export async function startTruth(): Promise<TruthServer> {
  const server = await startPostgres({ database: 'shop', settings: ['fsync=off', 'timezone=UTC'] });
  const client = await connected(server.url);
  await client.query(BASE);
  await client.query(SEED);
  await client.query('BEGIN');
  const broken = await failingStatements(client, OLD_RELEASE, 'app');
  await client.query('ROLLBACK');
  if (broken.length > 0) throw new Error(`the release fails on its own base:\n${broken.join('\n')}`);
  await client.end();
  const admin = await connected(server.url.replace(/\/[^/]*$/, '/postgres'));
  await admin.query('CREATE DATABASE shop_template TEMPLATE shop');
  await admin.end();
  return new Server(server, await connected(server.url));
}
