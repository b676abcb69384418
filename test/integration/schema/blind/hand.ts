/** Changes of the help desk as real projects write them, set down before their verdicts were looked at. */
import { type Case, plain } from '../cases.ts';

export const HAND_CASES: readonly Case[] = plain(`
ALTER TABLE tickets ADD COLUMN reopened_count integer NOT NULL DEFAULT 0
ALTER TABLE tickets ADD COLUMN IF NOT EXISTS body text
ALTER TABLE tickets ADD COLUMN public_id uuid NOT NULL DEFAULT gen_random_uuid(); CREATE UNIQUE INDEX tickets_public_id ON tickets (public_id)
ALTER TABLE tickets ADD COLUMN resolution text; ALTER TABLE tickets ADD CONSTRAINT resolution_length CHECK (char_length(resolution) <= 500) NOT VALID
ALTER TABLE tickets ADD COLUMN first_reply_at timestamptz, ADD COLUMN first_reply_by integer REFERENCES members (id) ON DELETE SET NULL
ALTER TABLE tickets ADD COLUMN source_url text NOT NULL
ALTER TABLE tickets ADD COLUMN source_url text; UPDATE tickets SET source_url = ''; ALTER TABLE tickets ALTER COLUMN source_url SET NOT NULL
ALTER TABLE tickets ALTER COLUMN body SET NOT NULL
ALTER TABLE tickets ALTER COLUMN due_on SET NOT NULL
ALTER TABLE tickets VALIDATE CONSTRAINT tickets_due_known
ALTER TABLE tickets VALIDATE CONSTRAINT tickets_due_known; ALTER TABLE tickets ALTER COLUMN due_on SET NOT NULL; ALTER TABLE tickets DROP CONSTRAINT tickets_due_known
! ALTER TABLE tickets VALIDATE CONSTRAINT tickets_due_known; ALTER TABLE tickets ALTER COLUMN due_on SET NOT NULL; ALTER TABLE tickets DROP CONSTRAINT tickets_due_known
ALTER TABLE tickets ADD CONSTRAINT tickets_assignee_fk FOREIGN KEY (assignee_id) REFERENCES members (id)
ALTER TABLE tickets ADD CONSTRAINT tickets_assignee_fk FOREIGN KEY (assignee_id) REFERENCES members (id) NOT VALID
! ALTER TABLE tickets ADD CONSTRAINT tickets_assignee_fk FOREIGN KEY (assignee_id) REFERENCES members (id) NOT VALID; ALTER TABLE tickets VALIDATE CONSTRAINT tickets_assignee_fk
ALTER TABLE tickets ADD CONSTRAINT tickets_priority_range CHECK (priority BETWEEN 1 AND 5)
ALTER TABLE tickets ADD CONSTRAINT tickets_priority_range CHECK (priority BETWEEN 1 AND 5) NOT VALID
ALTER TABLE tickets ALTER COLUMN number TYPE bigint
ALTER TABLE tickets ALTER COLUMN priority TYPE smallint
ALTER TABLE tickets ALTER COLUMN opened_at SET DEFAULT clock_timestamp()
ALTER TABLE tickets ALTER COLUMN state DROP DEFAULT
ALTER TABLE tickets ALTER COLUMN labels DROP DEFAULT
ALTER TABLE tickets ALTER COLUMN state TYPE text
ALTER TABLE tickets ALTER COLUMN state DROP DEFAULT, ALTER COLUMN state TYPE text USING state::text, ALTER COLUMN state SET DEFAULT 'new'
ALTER TABLE tickets ALTER COLUMN via TYPE text
ALTER TABLE tickets ALTER COLUMN extra TYPE json
ALTER TABLE tickets ALTER COLUMN weight TYPE double precision
ALTER TABLE tickets ALTER COLUMN closed_at TYPE timestamp
ALTER TABLE tickets ALTER COLUMN due_on TYPE timestamptz
ALTER TABLE tickets ALTER COLUMN subject TYPE varchar(255)
ALTER TABLE tickets RENAME COLUMN body TO description
ALTER TABLE tickets RENAME COLUMN subject TO title
ALTER TABLE tickets DROP COLUMN extra
ALTER TABLE tickets DROP COLUMN subject
ALTER TABLE tickets DROP COLUMN subject CASCADE
ALTER TABLE tickets DROP COLUMN search_words
ALTER TABLE tickets DROP CONSTRAINT tickets_closed_after
ALTER TABLE tickets DROP CONSTRAINT tickets_number_key
ALTER TABLE tickets DROP CONSTRAINT tickets_account_fk
CREATE INDEX tickets_assignee_idx ON tickets (assignee_id)
! CREATE INDEX CONCURRENTLY tickets_assignee_idx ON tickets (assignee_id)
CREATE INDEX CONCURRENTLY tickets_assignee_idx ON tickets (assignee_id)
! CREATE INDEX CONCURRENTLY IF NOT EXISTS tickets_labels_gin ON tickets USING gin (labels)
! DROP INDEX CONCURRENTLY IF EXISTS tickets_state_idx
DROP INDEX tickets_state_idx
DROP INDEX tickets_missing_idx
ALTER INDEX tickets_state_idx RENAME TO tickets_by_state
REINDEX TABLE tickets
! REINDEX INDEX CONCURRENTLY tickets_state_idx
ALTER TYPE ticket_state ADD VALUE 'spam'
ALTER TYPE ticket_state ADD VALUE IF NOT EXISTS 'open'
ALTER TYPE ticket_state ADD VALUE 'spam'; UPDATE tickets SET state = 'spam' WHERE subject LIKE '%casino%'
ALTER TYPE ticket_state RENAME VALUE 'solved' TO 'closed'
ALTER TYPE ticket_state RENAME TO case_state
CREATE TYPE ticket_state_new AS ENUM ('new', 'open', 'solved'); ALTER TABLE tickets ALTER COLUMN state DROP DEFAULT; DROP VIEW open_tickets; ALTER TABLE tickets ALTER COLUMN state TYPE ticket_state_new USING state::text::ticket_state_new; ALTER TABLE tickets ALTER COLUMN state SET DEFAULT 'new'; DROP TYPE ticket_state; ALTER TYPE ticket_state_new RENAME TO ticket_state
ALTER DOMAIN email_address ADD CONSTRAINT email_short CHECK (length(VALUE) < 255)
ALTER DOMAIN email_address ADD CONSTRAINT email_short CHECK (length(VALUE) < 255) NOT VALID
ALTER DOMAIN email_address DROP CONSTRAINT email_has_at
ALTER DOMAIN email_address SET NOT NULL
ALTER TABLE members ALTER COLUMN email TYPE text
ALTER TABLE members ALTER COLUMN email TYPE varchar(320)
ALTER TABLE members ALTER COLUMN full_name TYPE text
ALTER TABLE members ALTER COLUMN full_name TYPE varchar(60)
ALTER TABLE members ALTER COLUMN role TYPE varchar(50)
ALTER TABLE members ADD CONSTRAINT members_role_known CHECK (role IN ('agent', 'admin', 'owner'))
ALTER TABLE members ADD CONSTRAINT members_role_known CHECK (role IN ('admin', 'owner')) NOT VALID
ALTER TABLE members ADD CONSTRAINT members_invited_by_fk FOREIGN KEY (invited_by) REFERENCES members (id)
ALTER TABLE members ALTER COLUMN id TYPE bigint
ALTER TABLE members ALTER COLUMN rate TYPE numeric(10,2)
ALTER TABLE members ALTER COLUMN rate TYPE numeric(8,4)
ALTER TABLE members ALTER COLUMN rate TYPE integer
ALTER TABLE members ALTER COLUMN prefs TYPE jsonb
ALTER TABLE members ALTER COLUMN prefs DROP DEFAULT, ALTER COLUMN prefs TYPE jsonb, ALTER COLUMN prefs SET DEFAULT '{}'
ALTER TABLE members ALTER COLUMN active SET DEFAULT true
ALTER TABLE members ALTER COLUMN active SET NOT NULL
UPDATE members SET active = true WHERE active IS NULL; ALTER TABLE members ALTER COLUMN active SET NOT NULL, ALTER COLUMN active SET DEFAULT true
ALTER TABLE members ALTER COLUMN karma DROP NOT NULL
ALTER TABLE members ALTER COLUMN karma DROP DEFAULT
ALTER TABLE members ALTER COLUMN last_seen TYPE timestamptz
ALTER TABLE members ALTER COLUMN last_seen TYPE timestamptz USING last_seen AT TIME ZONE 'Europe/Berlin'
ALTER TABLE members ADD COLUMN locale varchar(5) DEFAULT 'en' CHECK (locale <> '')
ALTER TABLE members ADD COLUMN token text UNIQUE
ALTER TABLE members ADD COLUMN token text DEFAULT new_token()
ALTER TABLE members RENAME TO agents
ALTER TABLE members RENAME TO agents; CREATE VIEW members AS SELECT * FROM agents
ALTER TABLE members DROP COLUMN phone, DROP COLUMN karma
DROP INDEX members_email_per_account; CREATE UNIQUE INDEX members_email_key ON members (lower(email))
! CREATE UNIQUE INDEX CONCURRENTLY members_phone_key ON members (phone) WHERE phone IS NOT NULL
ALTER TABLE accounts ADD CONSTRAINT accounts_title_key UNIQUE (title)
ALTER TABLE accounts ADD COLUMN owner_id integer; ALTER TABLE accounts ADD CONSTRAINT accounts_owner_fk FOREIGN KEY (owner_id) REFERENCES members (id) DEFERRABLE INITIALLY DEFERRED
ALTER TABLE accounts ALTER COLUMN slug TYPE text
ALTER TABLE accounts ALTER COLUMN slug TYPE citext
ALTER TABLE accounts ALTER COLUMN plan SET DEFAULT 'trial'; ALTER TABLE accounts ADD CONSTRAINT accounts_plan_check CHECK (plan IN ('free', 'trial', 'pro', 'team'))
ALTER TABLE accounts DROP CONSTRAINT accounts_seats_check, ADD CONSTRAINT accounts_seats_check CHECK (seats >= 0)
ALTER TABLE accounts DROP CONSTRAINT accounts_seats_check, ADD CONSTRAINT accounts_seats_check CHECK (seats > 0 AND seats < 1000)
ALTER TABLE accounts DROP CONSTRAINT accounts_slug_key
ALTER TABLE accounts DROP CONSTRAINT accounts_pkey
DROP TRIGGER accounts_touch ON accounts
DROP FUNCTION set_updated()
CREATE OR REPLACE FUNCTION set_updated() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.updated_at := clock_timestamp(); RETURN NEW; END $$
CREATE TRIGGER members_touch AFTER INSERT ON members FOR EACH ROW EXECUTE FUNCTION set_updated()
ALTER TABLE accounts ENABLE ROW LEVEL SECURITY
ALTER TABLE accounts ENABLE ROW LEVEL SECURITY; CREATE POLICY everyone ON accounts USING (true) WITH CHECK (true)
ALTER TABLE replies ALTER COLUMN author_id SET NOT NULL
ALTER TABLE replies ALTER COLUMN author_id SET NOT NULL, DROP CONSTRAINT replies_author_known
ALTER TABLE replies ALTER COLUMN body TYPE text
ALTER TABLE replies ALTER COLUMN body TYPE varchar(2000)
ALTER TABLE replies ALTER COLUMN code TYPE varchar(6)
ALTER TABLE replies ALTER COLUMN code TYPE char(8)
ALTER TABLE replies ALTER COLUMN minutes TYPE numeric(8,1)
ALTER TABLE replies ADD CONSTRAINT replies_ticket_fk FOREIGN KEY (ticket_id) REFERENCES tickets (id) ON DELETE CASCADE
ALTER TABLE replies ADD COLUMN edited boolean GENERATED ALWAYS AS (sent_at IS NOT NULL) STORED
DELETE FROM replies WHERE sent_at < now() - interval '2 years'
TRUNCATE sessions
DROP TABLE sessions
CREATE TABLE sessions_new (LIKE sessions INCLUDING ALL); ALTER TABLE sessions RENAME TO sessions_old; ALTER TABLE sessions_new RENAME TO sessions
ALTER TABLE sessions ADD PRIMARY KEY (token)
! CREATE UNIQUE INDEX CONCURRENTLY sessions_token ON sessions (token); ALTER TABLE sessions ADD CONSTRAINT sessions_pkey PRIMARY KEY USING INDEX sessions_token
ALTER TABLE sessions ALTER COLUMN ip TYPE cidr USING ip::cidr
ALTER TABLE sessions SET UNLOGGED
ALTER TABLE sessions ALTER COLUMN expires DROP NOT NULL
CREATE VIEW recent AS SELECT * FROM sessions_gone
CREATE OR REPLACE VIEW open_tickets AS SELECT id, subject, state, assignee_id, priority FROM tickets WHERE closed_at IS NULL
DROP VIEW open_tickets; CREATE VIEW open_tickets AS SELECT id, subject, state FROM tickets
REFRESH MATERIALIZED VIEW ticket_counts
! REFRESH MATERIALIZED VIEW CONCURRENTLY ticket_counts
CREATE UNIQUE INDEX ticket_counts_key ON ticket_counts (account_id)
DROP MATERIALIZED VIEW ticket_counts
ALTER TABLE audit ATTACH PARTITION audit_next FOR VALUES FROM ('2027-01-01') TO ('2028-01-01')
ALTER TABLE audit DETACH PARTITION audit_h1
CREATE TABLE audit_2028 PARTITION OF audit FOR VALUES FROM ('2028-01-01') TO ('2029-01-01')
CREATE TABLE audit_rest PARTITION OF audit DEFAULT
CREATE INDEX audit_what_idx ON audit (what)
ALTER TABLE audit ADD COLUMN ip inet
ALTER TABLE audit ADD PRIMARY KEY (id, happened)
ALTER TABLE billing.payments ADD PRIMARY KEY (id)
ALTER TABLE billing.payments ADD CONSTRAINT positive CHECK (cents > 0)
ALTER TABLE billing.payments ALTER COLUMN cents TYPE integer
ALTER TABLE billing.payments ALTER COLUMN currency TYPE text
ALTER TABLE billing.payments ADD COLUMN plan_code varchar(10) NOT NULL DEFAULT 'plan1' REFERENCES billing.plans (code)
ALTER TABLE billing.payments SET SCHEMA public
ALTER SCHEMA billing RENAME TO money
DROP SCHEMA billing CASCADE
ALTER TABLE "Settings" RENAME COLUMN "Order" TO position
ALTER TABLE "Settings" ALTER COLUMN "Value" SET DEFAULT '', ALTER COLUMN "Value" SET NOT NULL
ALTER TABLE settings ADD COLUMN scope text
DROP SEQUENCE case_number_seq
ALTER SEQUENCE case_number_seq RESTART WITH 1
DROP FUNCTION initials(text)
DROP FUNCTION initials
CREATE TABLE attachments (id bigserial PRIMARY KEY, reply_id bigint NOT NULL REFERENCES replies (id), bytes bytea)
CREATE TABLE ticket_watchers (ticket_id bigint REFERENCES tickets, member_id integer REFERENCES members, PRIMARY KEY (ticket_id, member_id)); CREATE INDEX ON ticket_watchers (member_id)
COMMENT ON COLUMN tickets.extra IS 'free form'
DO $$ BEGIN IF NOT EXISTS (SELECT 1 FROM pg_type WHERE typname = 'mood') THEN CREATE TYPE mood AS ENUM ('ok', 'bad'); END IF; END $$
SET lock_timeout = '3s'; ALTER TABLE replies ADD COLUMN mood text; RESET lock_timeout
LOCK TABLE replies IN ACCESS EXCLUSIVE MODE; UPDATE replies SET minutes = 0 WHERE minutes IS NULL
INSERT INTO tags (name) SELECT DISTINCT unnest(labels) FROM tickets ON CONFLICT DO NOTHING
ALTER TABLE ticket_tags DROP CONSTRAINT ticket_tags_pkey, ADD COLUMN id bigserial PRIMARY KEY
ALTER TABLE ticket_tags ADD CONSTRAINT added_by_fk FOREIGN KEY (added_by) REFERENCES members NOT VALID; ALTER TABLE ticket_tags VALIDATE CONSTRAINT added_by_fk
ALTER TABLE tags ADD CONSTRAINT color_hex CHECK (color ~ '^#[0-9a-f]{6}$')
ALTER TABLE tags ALTER COLUMN color TYPE varchar(9)
CLUSTER tickets USING tickets_pkey
GRANT SELECT ON tickets TO app; REVOKE DELETE ON tickets FROM app
`);
