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
import { releaseOn } from './old-release.ts';
import { BASE, SEED } from './shop-base.ts';

export interface Truth {
  readonly hazard: Hazard;
  readonly lock: string;
  readonly work: string;
  readonly oldCode: 'works' | 'breaks';
  /** Why, for the one who reads a difference. */
  readonly notes: string;
  /** Which of the release's statements failed. */
  readonly broken: readonly string[];
}

export interface TruthServer {
  readonly url: string;
  /** In the order of the cases, whichever ends first. */
  truthsOf(cases: readonly Case[]): Promise<readonly Truth[]>;
  stop(): Promise<void>;
}

/** A deployed schema with its rows, and what the release that runs on it says. */
export interface Scene {
  readonly base: string;
  readonly seed: string;
  release(client: pg.Client): Promise<readonly string[]>;
}

/** Beside its tables, the release of the shop uses what else is there for it. */
const CALLS = [`SELECT nextval('ticket_seq')`, `SELECT slugify('A b'), today_code(), random_code()`];

const SHOP: Scene = {
  base: BASE,
  seed: SEED,
  release: async (client) => [...(await releaseOn(client)).ordinary, ...CALLS],
};

/** Two at once on two cores; each has a database of its own, for locks do not reach into another. */
const LANES = 2;

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
  const oldCode = broken.length > 0 ? 'breaks' : 'works';
  return { hazard: hazardOf(seen), lock: seen.lock, work: seen.work, oldCode, notes, broken };
}

async function inTransaction(
  client: pg.Client,
  statements: readonly string[],
  release: readonly string[],
): Promise<Truth> {
  await client.query('BEGIN');
  try {
    const seen = await observeInTransaction(client, statements);
    if (seen.failed === null) await client.query('RESET search_path');
    return truth(seen, seen.failed === null ? await failingStatements(client, release, 'app') : []);
  } finally {
    await client.query('ROLLBACK');
  }
}

class Server implements TruthServer {
  readonly url: string;
  readonly #server: RunningPostgres;
  readonly #release: readonly string[];
  readonly #admin: pg.Client;
  #copies = 0;

  constructor(server: RunningPostgres, admin: pg.Client, release: readonly string[]) {
    this.url = server.url;
    this.#server = server;
    this.#admin = admin;
    this.#release = release;
  }

  async truthsOf(cases: readonly Case[]): Promise<readonly Truth[]> {
    const truths: Truth[] = [];
    const waiting = [...cases.entries()];
    await Promise.all(Array.from({ length: LANES }, () => this.#lane(waiting, truths)));
    return truths;
  }

  async #lane(waiting: [number, Case][], truths: Truth[]): Promise<void> {
    const url = await this.#copy();
    const client = await connected(url);
    try {
      for (let next = waiting.shift(); next; next = waiting.shift()) {
        const [at, one] = next;
        const statements = splitStatements(one.sql).map((statement) => statement.text);
        const control = /\b(begin|commit)\s*;/i.test(one.sql);
        truths[at] =
          one.transaction !== false && !control
            ? await inTransaction(client, statements, this.#release)
            : await this.#onCopy(statements);
      }
    } finally {
      await client.end();
    }
  }

  async #copy(): Promise<string> {
    this.#copies += 1;
    const name = `copy_${this.#copies}`;
    await this.#admin.query(`CREATE DATABASE ${name} TEMPLATE scene_template`);
    return this.url.replace(/\/[^/]*$/, `/${name}`);
  }

  async #onCopy(statements: readonly string[]): Promise<Truth> {
    const url = await this.#copy();
    const [client, other] = [await connected(url), await connected(url)];
    try {
      const seen = await observeOneByOne(client, other, statements);
      await client.query('BEGIN');
      const broken = seen.failed === null ? await failingStatements(client, this.#release, 'app') : [];
      return truth(seen, broken);
    } finally {
      await Promise.all([client.end(), other.end()]);
    }
  }

  async stop(): Promise<void> {
    await this.#admin.end();
    await this.#server.stop();
  }
}

/** A server with the base, its rows, and a release that runs on it without one complaint. */
export async function startTruth(scene: Scene = SHOP): Promise<TruthServer> {
  const server = await startPostgres({ database: 'scene', settings: ['fsync=off', 'timezone=UTC'] });
  const client = await connected(server.url);
  await client.query(scene.base);
  await client.query(scene.seed);
  const release = await scene.release(client);
  await client.query('BEGIN');
  const broken = await failingStatements(client, release, 'app');
  await client.query('ROLLBACK');
  await client.end();
  if (broken.length > 0) throw new Error(`the release fails on its own base:\n${broken.join('\n')}`);
  const admin = await connected(server.url.replace(/\/[^/]*$/, '/postgres'));
  await admin.query('CREATE DATABASE scene_template TEMPLATE scene');
  return new Server(server, admin, release);
}
