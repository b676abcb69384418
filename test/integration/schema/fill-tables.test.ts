/** Made-up rows satisfy the constraints of real schemas, table by table. */
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { fillTables, ROWS } from '../../../src/databases/postgres-observe/fill-tables.ts';
import { postgresInstalled, type RunningPostgres, startPostgres } from '../../support/postgres.ts';
import { BLIND_BASE } from './blind/base.ts';
import { BASE } from './shop-base.ts';

const AWKWARD = `
CREATE TYPE size AS ENUM ('s', 'm');
CREATE TABLE "Group" ("Id" uuid PRIMARY KEY, "Boss" uuid REFERENCES "Group" ("Id"), size size NOT NULL);
CREATE TABLE member ("group" uuid REFERENCES "Group" ("Id"), nr int, code char(8) NOT NULL CHECK (length(code) = 8), PRIMARY KEY ("group", nr));
CREATE TABLE visit (id bigserial PRIMARY KEY, "group" uuid NOT NULL, nr int NOT NULL, FOREIGN KEY ("group", nr) REFERENCES member ("group", nr),
  kind text NOT NULL CHECK (kind IN ('first', 'again')), stars int CHECK (stars BETWEEN 40 AND 50), mail text CHECK (mail ~ '@'),
  span tstzrange, half int GENERATED ALWAYS AS (nr / 2) STORED);
CREATE TABLE never (id int CHECK (id < 0 AND id > 0) NOT NULL);
CREATE TABLE parted (id int, region text NOT NULL) PARTITION BY LIST (region);
CREATE TABLE parted_eu PARTITION OF parted FOR VALUES IN ('eu');
`;

describe.skipIf(postgresInstalled() === null)('made-up rows', () => {
  let server: RunningPostgres;
  beforeAll(async () => {
    server = await startPostgres();
  });
  afterAll(() => server?.stop());

  async function filledOn(base: string, name: string) {
    const admin = new pg.Client({ connectionString: server.url });
    await admin.connect();
    await admin.query(`CREATE DATABASE ${name}`);
    await admin.end();
    const client = new pg.Client({ connectionString: server.url.replace(/\/[^/]*$/, `/${name}`) });
    await client.connect();
    try {
      await client.query(base);
      const found = await fillTables(client);
      const counts: number[] = [];
      for (const table of found.filled)
        counts.push(Number((await client.query(`SELECT count(*) AS n FROM ${table}`)).rows[0].n));
      return { ...found, least: Math.min(...counts) };
    } finally {
      await client.end();
    }
  }

  test('a shop and a help desk are filled as a whole', async () => {
    expect(await filledOn(BASE, 'shop')).toMatchObject({ empty: [], least: ROWS });
    expect(await filledOn(BLIND_BASE, 'desk')).toMatchObject({ empty: [], least: ROWS });
  });

  test('keys over several columns, circles, lists and patterns; what nothing satisfies stays empty', async () => {
    const { filled, empty, least } = await filledOn(AWKWARD, 'awkward');
    expect(empty).toEqual(['public.never']);
    expect(filled).toContain('public.visit');
    expect(least).toBe(ROWS);
  });
});
