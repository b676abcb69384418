/** The tables of a Postgres store, as numbered steps; `$schema` is its quoted name. A released step is never changed. */

export const POSTGRES_SCHEMA: readonly string[] = [
  `
  CREATE TABLE $schema.journal (
    environment text COLLATE "C" NOT NULL,
    n bigint NOT NULL,
    id text COLLATE "C" NOT NULL UNIQUE,
    deployment text COLLATE "C",
    kind text COLLATE "C" NOT NULL,
    actor text COLLATE "C" NOT NULL,
    at text COLLATE "C" NOT NULL,
    token bigint NOT NULL,
    data text NOT NULL,
    prev_hash text NOT NULL,
    hash text NOT NULL,
    PRIMARY KEY (environment, n)
  );
  CREATE INDEX journal_deployment ON $schema.journal (deployment, n);
  CREATE INDEX journal_at ON $schema.journal (at);
  CREATE INDEX journal_kind ON $schema.journal (kind, at);
  CREATE INDEX journal_actor ON $schema.journal (actor, at);
  CREATE FUNCTION $schema.refuse_change() RETURNS trigger LANGUAGE plpgsql AS
    'BEGIN RAISE EXCEPTION ''the journal is append-only''; END';
  CREATE TRIGGER journal_no_change BEFORE UPDATE OR DELETE ON $schema.journal
    FOR EACH ROW EXECUTE FUNCTION $schema.refuse_change();
  CREATE TRIGGER journal_no_truncate BEFORE TRUNCATE ON $schema.journal
    FOR EACH STATEMENT EXECUTE FUNCTION $schema.refuse_change();

  CREATE TABLE $schema.head (
    environment text COLLATE "C" PRIMARY KEY,
    n bigint NOT NULL,
    hash text NOT NULL
  );

  CREATE TABLE $schema.lease (
    environment text COLLATE "C" PRIMARY KEY,
    token bigint NOT NULL,
    nonce text NOT NULL,
    holder text,
    renew_seq bigint NOT NULL,
    acquired_at timestamptz NOT NULL,
    renewed_at timestamptz NOT NULL,
    ttl_ms bigint NOT NULL,
    former text
  );

  CREATE TABLE $schema.view_row (
    view text COLLATE "C" NOT NULL,
    environment text COLLATE "C" NOT NULL,
    key text COLLATE "C" NOT NULL,
    sort text COLLATE "C" NOT NULL,
    row text NOT NULL,
    PRIMARY KEY (view, environment, key)
  );
  CREATE INDEX view_row_sort ON $schema.view_row (view, sort DESC);
  CREATE INDEX view_row_environment ON $schema.view_row (view, environment, sort DESC);

  CREATE TABLE $schema.request (
    seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    id text COLLATE "C" NOT NULL UNIQUE,
    environment text COLLATE "C" NOT NULL,
    deployment text COLLATE "C" NOT NULL,
    kind text NOT NULL,
    asked_by text NOT NULL,
    reason text NOT NULL
  );
  CREATE INDEX request_deployment ON $schema.request (environment, deployment, seq);
  `,
  `
  CREATE TABLE $schema.meta (
    key text COLLATE "C" PRIMARY KEY,
    value text NOT NULL
  );

  CREATE TABLE $schema.clock (
    environment text COLLATE "C" PRIMARY KEY,
    high text COLLATE "C" NOT NULL,
    back_s bigint NOT NULL
  );
  INSERT INTO $schema.clock (environment, high, back_s)
    SELECT environment, max(high), ceil(max(extract(epoch FROM high::timestamptz - at::timestamptz)))
    FROM (SELECT environment, at, max(at) OVER (PARTITION BY environment ORDER BY n) AS high FROM $schema.journal) AS j
    WHERE at < high GROUP BY environment;

  DROP INDEX $schema.journal_at;
  DROP INDEX $schema.journal_kind;
  DROP INDEX $schema.journal_actor;
  CREATE INDEX journal_at ON $schema.journal (at, environment, n);
  CREATE INDEX journal_kind ON $schema.journal (kind, environment, n);
  CREATE INDEX journal_actor ON $schema.journal (actor, environment, n, kind, at);
  `,
  `
  DROP INDEX $schema.journal_kind;
  CREATE INDEX journal_kind ON $schema.journal (kind, environment, n, actor, at);
  CREATE INDEX view_row_outcome ON $schema.view_row ((row::jsonb ->> 'outcome'), sort DESC, environment, (row::jsonb ->> 'actor'))
    WHERE view = 'deployments' AND (row::jsonb ->> 'outcome') <> 'committed';
  CREATE INDEX view_row_actor ON $schema.view_row ((row::jsonb ->> 'actor'), sort DESC, environment)
    WHERE view = 'deployments';
  `,
  `
  CREATE TABLE $schema.artefact (
    name text COLLATE "C" PRIMARY KEY,
    at timestamptz NOT NULL DEFAULT clock_timestamp(),
    bytes bytea NOT NULL
  );
  `,
  `
  CREATE TABLE $schema.document (
    name text COLLATE "C" PRIMARY KEY,
    value text NOT NULL,
    version bigint NOT NULL,
    write text NOT NULL
  );
  CREATE FUNCTION $schema.tell_change() RETURNS trigger LANGUAGE plpgsql AS
    'BEGIN PERFORM pg_notify(TG_TABLE_SCHEMA || ''_changes'', NEW.environment); RETURN NULL; END';
  CREATE TRIGGER head_tells AFTER INSERT OR UPDATE ON $schema.head FOR EACH ROW EXECUTE FUNCTION $schema.tell_change();
  `,
];
