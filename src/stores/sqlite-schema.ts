/** The tables of a SQLite store, as numbered steps. A step is never changed once released; a new one follows it. */

export const SQLITE_SCHEMA: readonly string[] = [
  `
  CREATE TABLE journal (
    environment TEXT NOT NULL,
    n INTEGER NOT NULL,
    id TEXT NOT NULL UNIQUE,
    deployment TEXT,
    kind TEXT NOT NULL,
    actor TEXT NOT NULL,
    at TEXT NOT NULL,
    token INTEGER NOT NULL,
    data TEXT NOT NULL,
    prev_hash TEXT NOT NULL,
    hash TEXT NOT NULL,
    PRIMARY KEY (environment, n)
  ) WITHOUT ROWID;
  CREATE INDEX journal_deployment ON journal (deployment, n);
  CREATE INDEX journal_at ON journal (at);
  CREATE INDEX journal_kind ON journal (kind, at);
  CREATE INDEX journal_actor ON journal (actor, at);
  CREATE TRIGGER journal_no_update BEFORE UPDATE ON journal
    BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
  CREATE TRIGGER journal_no_delete BEFORE DELETE ON journal
    BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;

  CREATE TABLE head (
    environment TEXT PRIMARY KEY,
    n INTEGER NOT NULL,
    hash TEXT NOT NULL
  ) WITHOUT ROWID;

  CREATE TABLE lease (
    environment TEXT PRIMARY KEY,
    token INTEGER NOT NULL,
    nonce TEXT NOT NULL,
    holder TEXT,
    renew_seq INTEGER NOT NULL,
    acquired_at TEXT NOT NULL,
    renewed_at TEXT NOT NULL,
    ttl_ms INTEGER NOT NULL,
    former TEXT
  ) WITHOUT ROWID;

  CREATE TABLE view_row (
    view TEXT NOT NULL,
    environment TEXT NOT NULL,
    key TEXT NOT NULL,
    sort TEXT NOT NULL,
    row TEXT NOT NULL,
    PRIMARY KEY (view, environment, key)
  );
  CREATE INDEX view_row_sort ON view_row (view, sort DESC);
  CREATE INDEX view_row_environment ON view_row (view, environment, sort DESC);

  CREATE TABLE request (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    environment TEXT NOT NULL,
    deployment TEXT NOT NULL,
    kind TEXT NOT NULL,
    asked_by TEXT NOT NULL,
    reason TEXT NOT NULL
  );
  CREATE INDEX request_deployment ON request (environment, deployment, seq);
  `,
  `
  CREATE TABLE meta (
    key TEXT PRIMARY KEY,
    value TEXT NOT NULL
  ) WITHOUT ROWID;

  CREATE TABLE clock (
    environment TEXT PRIMARY KEY,
    high TEXT NOT NULL,
    back_s INTEGER NOT NULL
  ) WITHOUT ROWID;
  INSERT INTO clock (environment, high, back_s)
    SELECT environment, max(high), max(CAST((julianday(high) - julianday(at)) * 86400 AS INTEGER)) + 1
    FROM (SELECT environment, at, max(at) OVER (PARTITION BY environment ORDER BY n) AS high FROM journal)
    WHERE at < high GROUP BY environment;

  DROP INDEX journal_kind;
  DROP INDEX journal_actor;
  CREATE INDEX journal_kind ON journal (kind, environment, n);
  CREATE INDEX journal_actor ON journal (actor, environment, n, kind, at);
  `,
  `
  DROP INDEX journal_kind;
  CREATE INDEX journal_kind ON journal (kind, environment, n, actor, at);
  CREATE INDEX view_row_outcome ON view_row (json_extract(row, '$.outcome'), sort DESC, environment, json_extract(row, '$.actor'))
    WHERE view = 'deployments' AND json_extract(row, '$.outcome') <> 'committed';
  CREATE INDEX view_row_actor ON view_row (json_extract(row, '$.actor'), sort DESC, environment)
    WHERE view = 'deployments';
  `,
  `
  CREATE TABLE document (
    name TEXT PRIMARY KEY,
    value TEXT NOT NULL,
    version INTEGER NOT NULL
  ) WITHOUT ROWID;
  `,
];
