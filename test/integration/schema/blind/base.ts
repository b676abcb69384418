/** A second deployed schema, a help desk, which the checker was not built on: for changes that were written before a look. */

export const BLIND_BASE = `
CREATE SCHEMA billing;
CREATE TYPE ticket_state AS ENUM ('new', 'open', 'waiting', 'solved');
CREATE TYPE channel AS ENUM ('mail', 'chat');
CREATE DOMAIN email_address AS text CONSTRAINT email_has_at CHECK (VALUE LIKE '%@%');
CREATE FUNCTION set_updated() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.updated_at := now(); RETURN NEW; END $$;
CREATE FUNCTION initials(name text) RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT upper(left(name, 1)) $$;
CREATE FUNCTION new_token() RETURNS text LANGUAGE sql VOLATILE AS $$ SELECT md5(random()::text) $$;
CREATE SEQUENCE case_number_seq START 5000;
CREATE TABLE accounts (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  slug varchar(40) NOT NULL,
  title text NOT NULL,
  plan text NOT NULL DEFAULT 'free',
  seats smallint NOT NULL DEFAULT 1,
  country varchar(2),
  deleted_at timestamptz,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz,
  CONSTRAINT accounts_slug_key UNIQUE (slug),
  CONSTRAINT accounts_seats_check CHECK (seats > 0)
);
CREATE TRIGGER accounts_touch BEFORE UPDATE ON accounts FOR EACH ROW EXECUTE FUNCTION set_updated();
CREATE TABLE members (
  id serial PRIMARY KEY,
  account_id uuid NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
  email email_address NOT NULL,
  full_name varchar(80),
  role varchar(20) NOT NULL DEFAULT 'agent',
  phone text,
  last_seen timestamp,
  karma integer NOT NULL DEFAULT 0,
  rate numeric(8,2),
  prefs json NOT NULL DEFAULT '{}',
  active boolean,
  invited_by integer
);
CREATE UNIQUE INDEX members_email_per_account ON members (account_id, lower(email));
CREATE INDEX members_account_idx ON members (account_id);
CREATE TABLE tickets (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  account_id uuid NOT NULL,
  number integer NOT NULL,
  subject text NOT NULL,
  body text,
  state ticket_state NOT NULL DEFAULT 'new',
  via channel,
  priority integer DEFAULT 3,
  assignee_id integer,
  due_on date,
  opened_at timestamptz NOT NULL DEFAULT now(),
  closed_at timestamptz,
  labels text[] NOT NULL DEFAULT '{}',
  extra jsonb,
  weight real,
  search_words integer GENERATED ALWAYS AS (length(subject)) STORED,
  CONSTRAINT tickets_account_fk FOREIGN KEY (account_id) REFERENCES accounts (id),
  CONSTRAINT tickets_closed_after CHECK (closed_at IS NULL OR closed_at >= opened_at),
  CONSTRAINT tickets_number_key UNIQUE (account_id, number)
);
CREATE INDEX tickets_state_idx ON tickets (state);
CREATE INDEX tickets_subject_lower ON tickets (lower(subject));
CREATE INDEX tickets_open_idx ON tickets (opened_at) WHERE closed_at IS NULL;
ALTER TABLE tickets ADD CONSTRAINT tickets_due_known CHECK (due_on IS NOT NULL) NOT VALID;
CREATE TABLE replies (
  id bigserial PRIMARY KEY,
  ticket_id bigint NOT NULL,
  author_id integer,
  body varchar(4000) NOT NULL,
  minutes numeric(6,1) NOT NULL DEFAULT 0,
  visible boolean NOT NULL DEFAULT true,
  sent_at timestamp NOT NULL DEFAULT now(),
  code char(6),
  CONSTRAINT replies_author_known CHECK (author_id IS NOT NULL)
);
CREATE INDEX replies_ticket_idx ON replies (ticket_id);
CREATE TABLE tags (name text PRIMARY KEY, color varchar(7));
CREATE TABLE ticket_tags (
  ticket_id bigint NOT NULL REFERENCES tickets (id) ON DELETE CASCADE,
  tag text NOT NULL REFERENCES tags (name) ON UPDATE CASCADE,
  added_by integer,
  PRIMARY KEY (ticket_id, tag)
);
CREATE TABLE billing.plans (code varchar(10) PRIMARY KEY, cents integer NOT NULL CHECK (cents >= 0), label text);
CREATE TABLE billing.payments (
  id bigint NOT NULL,
  account_id uuid NOT NULL,
  cents bigint NOT NULL,
  currency char(3) NOT NULL DEFAULT 'EUR',
  paid_at timestamptz,
  reference text
);
CREATE INDEX payments_account_idx ON billing.payments (account_id);
CREATE UNIQUE INDEX payments_reference_idx ON billing.payments (reference) WHERE reference IS NOT NULL;
CREATE TABLE audit (id bigint NOT NULL, happened date NOT NULL, actor integer, what text NOT NULL) PARTITION BY RANGE (happened);
CREATE TABLE audit_h1 PARTITION OF audit FOR VALUES FROM ('2026-01-01') TO ('2026-07-01');
CREATE TABLE audit_h2 PARTITION OF audit FOR VALUES FROM ('2026-07-01') TO ('2027-01-01');
CREATE INDEX audit_actor_idx ON audit (actor);
CREATE TABLE audit_next (id bigint NOT NULL, happened date NOT NULL, actor integer, what text NOT NULL);
CREATE TABLE "Settings" ("Key" text PRIMARY KEY, "Value" text, "Order" integer NOT NULL DEFAULT 0);
CREATE TABLE sessions (token text NOT NULL, member_id integer NOT NULL, ip inet, expires timestamptz NOT NULL, agent text);
CREATE INDEX sessions_member_idx ON sessions (member_id);
CREATE VIEW open_tickets AS SELECT id, subject, state, assignee_id FROM tickets WHERE closed_at IS NULL;
CREATE MATERIALIZED VIEW ticket_counts AS SELECT account_id, count(*) AS n FROM tickets GROUP BY account_id;
`;

const ROWS = 500;
const each = `FROM generate_series(1, ${ROWS}) i`;

/** Rows as an ordinary application writes them: what is a key is distinct, what may be null is null now and then. */
export const BLIND_SEED = `
INSERT INTO accounts (id, slug, title, plan, seats, country, created_at)
  SELECT ('00000000-0000-0000-0000-' || lpad(i::text, 12, '0'))::uuid, 'acme-' || i, 'Acme ' || i % 40,
    (ARRAY['free', 'pro', 'team'])[1 + i % 3], 1 + i % 50, CASE WHEN i % 9 > 0 THEN (ARRAY['DE', 'FR'])[1 + i % 2] END, now() ${each};
INSERT INTO members (account_id, email, full_name, role, phone, last_seen, karma, rate, active, invited_by)
  SELECT ('00000000-0000-0000-0000-' || lpad(i::text, 12, '0'))::uuid, 'm' || i || '@example.org', 'Ada Moss', 'agent',
    CASE WHEN i % 3 > 0 THEN '+49 30 1234' END, '2026-05-01 10:00', i % 100, 49.50, i % 2 = 0, CASE WHEN i > 1 THEN 1 END ${each};
INSERT INTO tickets (account_id, number, subject, body, state, via, priority, assignee_id, due_on, labels, extra, weight)
  SELECT ('00000000-0000-0000-0000-' || lpad(i::text, 12, '0'))::uuid, 1000 + i, 'Printer on fire', 'Please help', 'open',
    'mail', 1 + i % 4, CASE WHEN i % 5 > 0 THEN i END, '2026-06-01', ARRAY['urgent'], '{"os": "linux"}', 0.5 ${each};
INSERT INTO replies (ticket_id, author_id, body, minutes, code) SELECT i, i, 'Have you tried turning it off', 5.5, 'AB1234' ${each};
INSERT INTO tags SELECT 'tag' || i, '#ff0000' ${each};
INSERT INTO ticket_tags SELECT i, 'tag' || i, 1 ${each};
INSERT INTO billing.plans SELECT 'plan' || i, 900 + i, 'Plan' ${each};
INSERT INTO billing.payments SELECT i, ('00000000-0000-0000-0000-' || lpad(i::text, 12, '0'))::uuid, 4900, 'EUR', now(), 'ref' || i ${each};
INSERT INTO audit SELECT i, '2026-03-01', i, 'login' ${each};
INSERT INTO audit SELECT i, '2026-09-01', i, 'login' ${each};
INSERT INTO audit_next SELECT i, '2027-02-01', i, 'login' ${each};
INSERT INTO "Settings" SELECT 'key' || i, 'on', i % 5 ${each};
INSERT INTO sessions SELECT 'token' || i, i, '10.0.0.7', now(), 'Firefox' ${each};
REFRESH MATERIALIZED VIEW ticket_counts;
DO $$ BEGIN IF NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = 'app') THEN CREATE ROLE app; END IF; END $$;
GRANT USAGE ON SCHEMA public, billing TO app;
GRANT ALL ON ALL TABLES IN SCHEMA public, billing TO app;
GRANT ALL ON ALL SEQUENCES IN SCHEMA public, billing TO app;
ALTER DEFAULT PRIVILEGES IN SCHEMA public, billing GRANT ALL ON TABLES TO app;
ALTER DEFAULT PRIVILEGES IN SCHEMA public, billing GRANT ALL ON SEQUENCES TO app;
ANALYZE;
`;
