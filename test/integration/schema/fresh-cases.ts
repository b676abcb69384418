/** Changes written before their verdicts were looked at: the figures of the checker are measured on these. */
import { type Case, plain } from './cases.ts';

export const FRESH_CASES: readonly Case[] = plain(`
ALTER TABLE orders ADD COLUMN channel text NOT NULL DEFAULT 'web'
ALTER TABLE orders ADD COLUMN token text NOT NULL DEFAULT md5(random()::text)
ALTER TABLE orders ADD COLUMN batch integer DEFAULT nextval('ticket_seq')
ALTER TABLE orders ADD COLUMN half numeric GENERATED ALWAYS AS (total / 2) STORED, ADD COLUMN source text
ALTER TABLE orders ADD COLUMN a text, ADD COLUMN b integer DEFAULT 7, ADD COLUMN c jsonb DEFAULT '{}'
ALTER TABLE orders ADD COLUMN slug text DEFAULT slugify('X Y')
ALTER TABLE notes ADD COLUMN author bigint NOT NULL REFERENCES users(id)
ALTER TABLE notes ADD COLUMN author bigint; ALTER TABLE notes ADD CONSTRAINT notes_author FOREIGN KEY (author) REFERENCES users(id) NOT VALID
ALTER TABLE notes ADD COLUMN author bigint; CREATE INDEX notes_author ON notes (author)
ALTER TABLE notes ADD COLUMN rank integer; UPDATE notes SET rank = id; ALTER TABLE notes ALTER COLUMN rank SET NOT NULL
! ALTER TABLE notes ADD COLUMN rank integer; UPDATE notes SET rank = 0; ALTER TABLE notes ALTER COLUMN rank SET DEFAULT 0; ALTER TABLE notes ALTER COLUMN rank SET NOT NULL
BEGIN; ALTER TABLE notes ADD COLUMN rank integer; COMMIT; BEGIN; ALTER TABLE notes ADD CONSTRAINT rank_known CHECK (rank IS NOT NULL) NOT VALID; COMMIT;
! ALTER TABLE docs ADD CONSTRAINT body_known CHECK (body IS NOT NULL) NOT VALID; ALTER TABLE docs VALIDATE CONSTRAINT body_known; ALTER TABLE docs ALTER COLUMN body SET NOT NULL; ALTER TABLE docs DROP CONSTRAINT body_known
ALTER TABLE docs ALTER COLUMN body SET NOT NULL
ALTER TABLE docs ALTER COLUMN published SET NOT NULL
ALTER TABLE docs ALTER COLUMN published SET DEFAULT true
ALTER TABLE docs ALTER COLUMN id DROP DEFAULT
ALTER TABLE docs ALTER COLUMN id TYPE bigint
ALTER TABLE docs ALTER COLUMN body TYPE varchar(10)
ALTER TABLE docs ALTER COLUMN owner TYPE numeric
ALTER TABLE docs ALTER COLUMN published TYPE integer
ALTER TABLE docs ALTER COLUMN published DROP DEFAULT, ALTER COLUMN published TYPE integer USING published::integer
ALTER TABLE docs ALTER COLUMN body TYPE jsonb USING to_jsonb(body)
ALTER TABLE docs ALTER COLUMN author TYPE varchar(20)
ALTER TABLE docs RENAME COLUMN body TO content
ALTER TABLE docs RENAME TO documents; CREATE VIEW docs AS SELECT id, title, body, owner, author, slug, published FROM documents; GRANT ALL ON docs TO app
ALTER TABLE bookings ALTER COLUMN during TYPE text
ALTER TABLE bookings ADD CONSTRAINT room_positive CHECK (room > 0)
ALTER TABLE bookings ADD CONSTRAINT one_room UNIQUE (room, during)
ALTER TABLE stock ADD CONSTRAINT place_short CHECK (length(place) < 50) NOT VALID
ALTER TABLE stock ALTER COLUMN place TYPE char(10)
ALTER TABLE stock ALTER COLUMN amount TYPE bigint
ALTER TABLE stock ALTER COLUMN label TYPE varchar
ALTER TABLE stock DROP CONSTRAINT stock_pkey; ALTER TABLE stock ADD PRIMARY KEY (id)
ALTER TABLE stock DROP CONSTRAINT stock_pkey; ALTER TABLE stock ADD PRIMARY KEY (id, place)
ALTER TABLE users ALTER COLUMN status SET DEFAULT 'blocked'
ALTER TABLE users ALTER COLUMN status SET DEFAULT 'unheard'
ALTER TABLE users ALTER COLUMN kind DROP DEFAULT
ALTER TABLE users ALTER COLUMN active DROP NOT NULL
ALTER TABLE users ALTER COLUMN created_at TYPE timestamptz(3)
ALTER TABLE users ALTER COLUMN score TYPE double precision
ALTER TABLE users ALTER COLUMN bio TYPE varchar(5000)
ALTER TABLE users ALTER COLUMN ref TYPE text USING ref::text
ALTER TABLE users ALTER COLUMN country_code SET NOT NULL
ALTER TABLE users DROP CONSTRAINT users_country_code_fkey
ALTER TABLE users ALTER COLUMN name SET STATISTICS 500
ALTER TABLE users ALTER COLUMN bio SET STORAGE EXTERNAL
ALTER TABLE users DISABLE TRIGGER ALL
ALTER TABLE users OWNER TO postgres
ALTER TABLE users DROP CONSTRAINT users_email_key; CREATE UNIQUE INDEX users_email_key ON users (email)
CREATE UNIQUE INDEX users_email_lower ON users (lower(email))
! CREATE UNIQUE INDEX CONCURRENTLY users_login ON users (login)
! CREATE INDEX CONCURRENTLY users_age ON users (age) WHERE age > 18
! DROP INDEX CONCURRENTLY users_nick_idx; CREATE INDEX CONCURRENTLY users_nick_idx ON users (nick, id)
CREATE INDEX users_tags ON users USING gin (tags)
CREATE INDEX ON billing.invoices (user_id)
CREATE INDEX cats_name ON cats (name)
ALTER TABLE billing.invoices RENAME COLUMN currency TO money
ALTER TABLE billing.invoices ALTER COLUMN currency TYPE text
ALTER TABLE billing.invoices ALTER COLUMN currency DROP DEFAULT
ALTER TABLE billing.invoices ADD CONSTRAINT inv_user FOREIGN KEY (user_id) REFERENCES public.users(id) NOT VALID; ALTER TABLE billing.invoices VALIDATE CONSTRAINT inv_user
SET search_path = billing; ALTER TABLE invoices ADD COLUMN paid boolean NOT NULL DEFAULT false
DROP INDEX billing.invoices_pkey
ALTER TABLE events ALTER COLUMN what SET NOT NULL
ALTER TABLE events ALTER COLUMN at TYPE timestamp
ALTER TABLE events ADD PRIMARY KEY (id)
ALTER TABLE events ADD CONSTRAINT id_positive CHECK (id > -100) NOT VALID
ALTER TABLE logs DETACH PARTITION logs_1
ALTER TABLE logs DETACH PARTITION logs_rest
DROP TABLE logs_rest
CREATE TABLE logs_5 PARTITION OF logs FOR VALUES IN (50)
ALTER TABLE logs_1 ADD COLUMN own text
ALTER TABLE animals ALTER COLUMN name SET NOT NULL
ALTER TABLE animals DROP COLUMN name
ALTER TABLE cats NO INHERIT animals
ALTER TABLE cats DROP COLUMN name
CREATE VIEW rich_users AS SELECT id, balance FROM users WHERE balance > 1000
CREATE OR REPLACE VIEW active_users AS SELECT id, email, nick FROM users WHERE active AND status = 'active'
CREATE MATERIALIZED VIEW by_state AS SELECT state, count(*) FROM orders GROUP BY state
DROP MATERIALIZED VIEW daily_totals
ALTER MATERIALIZED VIEW daily_totals RENAME TO totals_by_day
ALTER VIEW active_users RENAME COLUMN nick TO nickname
ALTER TYPE user_status ADD VALUE IF NOT EXISTS 'active'
! ALTER TYPE user_status ADD VALUE 'frozen' AFTER 'active'
CREATE TYPE user_status_new AS ENUM ('active', 'blocked', 'deleted', 'frozen'); ALTER TABLE users ALTER COLUMN status DROP DEFAULT; ALTER TABLE users ALTER COLUMN status TYPE user_status_new USING (status::text::user_status_new); ALTER TYPE user_status RENAME TO user_status_old; ALTER TYPE user_status_new RENAME TO user_status; DROP TYPE user_status_old; ALTER TABLE users ALTER COLUMN status SET DEFAULT 'active'
ALTER DOMAIN positive ADD CHECK (VALUE <> 2147483647) NOT VALID
ALTER DOMAIN plain_text ADD CONSTRAINT short CHECK (length(VALUE) < 100)
CREATE DOMAIN email_text AS citext CHECK (VALUE ~ '@'); CREATE TABLE contacts (id serial PRIMARY KEY, address email_text)
CREATE FUNCTION noop() RETURNS void LANGUAGE sql AS ''
ALTER FUNCTION random_code() RENAME TO make_code
CREATE OR REPLACE FUNCTION keep_row() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.slug := NEW.slug; RETURN NEW; END $$
ALTER SEQUENCE ticket_seq RENAME TO tickets
ALTER SEQUENCE users_id_seq AS integer
CREATE SEQUENCE invoice_no OWNED BY billing.invoices.id
CREATE POLICY own ON notes USING (owner = current_user)
ALTER TABLE notes ENABLE ROW LEVEL SECURITY; CREATE POLICY own ON notes USING (owner = current_user)
REVOKE ALL ON notes FROM app
GRANT SELECT ON users TO app
CREATE TABLE user_roles (user_id bigint REFERENCES users ON DELETE CASCADE, role text, PRIMARY KEY (user_id, role)); CREATE INDEX user_roles_role ON user_roles (role); INSERT INTO user_roles SELECT id, 'member' FROM users
CREATE TABLE archive (LIKE orders); INSERT INTO archive SELECT * FROM orders WHERE placed_on < '2020-01-01'
CREATE TABLE a1 (id int PRIMARY KEY); ALTER TABLE a1 ADD COLUMN x uuid DEFAULT gen_random_uuid(); ALTER TABLE a1 ALTER COLUMN id TYPE bigint; DROP TABLE a1
DELETE FROM users WHERE id = 17
UPDATE orders SET state = 'old' WHERE placed_on < '2020-01-01'
ALTER TABLE orders DROP COLUMN note, ADD COLUMN remark text
ALTER TABLE orders DROP COLUMN code CASCADE
ALTER TABLE orders ALTER COLUMN total TYPE numeric(10,2)
ALTER TABLE orders ALTER COLUMN total TYPE double precision
ALTER TABLE orders ALTER COLUMN user_id DROP NOT NULL
ALTER TABLE orders ALTER COLUMN user_id TYPE integer
ALTER TABLE orders DROP CONSTRAINT orders_total_check; ALTER TABLE orders ADD CONSTRAINT orders_total_check CHECK (total >= 0 AND total < 1000000) NOT VALID
ALTER TABLE orders ADD CONSTRAINT later FOREIGN KEY (loose_user) REFERENCES users(id) DEFERRABLE INITIALLY DEFERRED NOT VALID
ALTER TABLE orders ALTER CONSTRAINT orders_user_id_fkey DEFERRABLE
DROP TABLE order_items, notes
DROP TABLE countries
TRUNCATE order_items, orders
COMMENT ON COLUMN users.name IS 'given name'
ANALYZE users
! VACUUM users
DO $$ BEGIN IF NOT EXISTS (SELECT 1 FROM information_schema.columns WHERE table_name = 'users' AND column_name = 'nick2') THEN ALTER TABLE users ADD COLUMN nick2 text; END IF; END $$
DO $$ BEGIN ALTER TABLE users ADD CONSTRAINT users_age_check CHECK (age > 3); EXCEPTION WHEN duplicate_object THEN RAISE NOTICE 'there already'; END $$
SET lock_timeout = '2s'; ALTER TABLE users ADD COLUMN extra text
ALTER TABLE IF EXISTS ghosts ADD COLUMN x text
ALTER TABLE users ADD CONSTRAINT short_nick CHECK (length(nick) <= 20) NOT VALID
ALTER TABLE users ADD CONSTRAINT kinds CHECK (kind IN ('person', 'bot', 'robot')) NOT VALID
ALTER TABLE users ADD COLUMN tier text CHECK (tier IN ('a', 'b'))
CREATE TRIGGER refuse BEFORE INSERT ON docs FOR EACH ROW WHEN (NEW.title = '') EXECUTE FUNCTION keep_row()
DROP FUNCTION keep_row()
DROP DOMAIN plain_text
DROP TYPE user_status CASCADE
`);
