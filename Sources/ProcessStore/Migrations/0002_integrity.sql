-- Integrity of versions, audit, outbox, idempotency keys, executions, full-text search; row-level security everywhere.

-- 1. Versions carry hashes and a signature. Rows from before this migration have none, and say so when they are
--    verified: filling them in would claim that somebody has vouched for what they said all along. New rows must have them.

ALTER TABLE process_versions
    ADD COLUMN content_hash bytea,
    ADD COLUMN chain_hash bytea,
    ADD COLUMN signature bytea,
    ADD COLUMN signing_key_id text;

ALTER TABLE process_versions ADD CONSTRAINT process_versions_are_signed CHECK (
    octet_length(content_hash) = 32 AND octet_length(chain_hash) = 32 AND octet_length(signature) = 64
    AND signing_key_id IS NOT NULL AND content_hash IS NOT NULL AND chain_hash IS NOT NULL AND signature IS NOT NULL
) NOT VALID;

-- 2. Full text of the latest version. The service sets it in the statement that makes a version.

-- A tsvector holds at most 1 MiB. Of document and code, so many characters are looked at that no text can exceed that.
CREATE FUNCTION grimoire_search_vector(name text, description text, document jsonb, code text) RETURNS tsvector
LANGUAGE sql IMMUTABLE PARALLEL SAFE
-- Words of more than 2 KiB are left out, and no notice is sent for each.
SET client_min_messages = warning
AS $$
    SELECT setweight(to_tsvector('pg_catalog.english', name), 'A')
        || setweight(to_tsvector('pg_catalog.english', description), 'B')
        || setweight(to_tsvector('pg_catalog.english', left(coalesce(document ->> 'text', ''), 65536)), 'C')
        || setweight(to_tsvector('pg_catalog.english', left(code, 65536)), 'D')
$$;

ALTER TABLE processes ADD COLUMN search tsvector NOT NULL DEFAULT '';

UPDATE processes p
SET search = grimoire_search_vector(v.name, v.description, v.process_document, v.spy_code)
FROM process_version_index i
JOIN process_versions v ON v.id = i.version_id AND v.created_at = i.created_at
WHERE i.process_id = p.id AND i.version_number = p.latest_version;

CREATE INDEX processes_by_search ON processes USING gin (search) WHERE deleted_at IS NULL;
CREATE INDEX processes_by_creation ON processes (organization_id, created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX processes_by_name ON processes (organization_id, (name COLLATE "C"), id) WHERE deleted_at IS NULL;

-- Row-level security lets no operator read a row before the policy has, unless it is leakproof, and @@ is not: as the
-- application role, a search would read every process of the organization. This function reads with its owner's eyes
-- and compares the organization itself.
CREATE FUNCTION grimoire_search(query tsquery) RETURNS SETOF processes
LANGUAGE sql STABLE SECURITY DEFINER ROWS 100
SET search_path = public, pg_temp
AS $$
    SELECT * FROM processes
    WHERE search @@ query AND organization_id = grimoire_organization() AND deleted_at IS NULL
$$;

-- Words as people type them, in English forms.
CREATE FUNCTION grimoire_query(words text) RETURNS tsquery
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET client_min_messages = warning
AS $$ SELECT websearch_to_tsquery('pg_catalog.english', words) $$;

-- 3. Who did what. Refused calls may be without an organization; no organization sees those.

CREATE TABLE audit_log (
    id uuid NOT NULL DEFAULT gen_random_uuid(),
    created_at timestamptz NOT NULL DEFAULT now(),
    organization_id uuid,
    user_id uuid,
    method text NOT NULL,
    outcome text NOT NULL,
    process_id uuid,
    version_number integer,
    trace_id text,
    PRIMARY KEY (id, created_at)
) PARTITION BY RANGE (created_at);
CREATE TABLE audit_log_default PARTITION OF audit_log DEFAULT;
CREATE INDEX audit_log_by_time ON audit_log (organization_id, created_at DESC);
CREATE INDEX audit_log_by_process ON audit_log (organization_id, process_id, created_at DESC);

-- 4. What is to be told to others, written with what it tells of.

CREATE TABLE outbox (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    created_at timestamptz NOT NULL DEFAULT now(),
    organization_id uuid NOT NULL,
    kind text NOT NULL,
    process_id uuid NOT NULL,
    version_number integer NOT NULL,
    user_id uuid NOT NULL,
    trace_id text
);
CREATE INDEX outbox_in_order ON outbox (created_at, id);

-- 5. Answers to calls that carried a key.

CREATE TABLE idempotency_keys (
    organization_id uuid NOT NULL,
    user_id uuid NOT NULL,
    method text NOT NULL,
    key text NOT NULL,
    request_hash bytea NOT NULL,
    process_id uuid NOT NULL,
    version_number integer NOT NULL,
    answered_at timestamptz NOT NULL,
    unchanged boolean NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (organization_id, user_id, method, key)
);
CREATE INDEX idempotency_keys_by_age ON idempotency_keys (created_at);

-- 6. Runs. The partitioned table cannot keep execution IDs unique, so an index table does, as for versions.

CREATE TABLE process_executions (
    id uuid NOT NULL,
    process_id uuid NOT NULL REFERENCES processes (id),
    version_number integer NOT NULL CHECK (version_number >= 1),
    organization_id uuid NOT NULL,
    started_at timestamptz NOT NULL,
    duration_microseconds bigint NOT NULL CHECK (duration_microseconds >= 0),
    outcome text NOT NULL CHECK (outcome IN ('succeeded', 'failed', 'timed_out', 'cancelled')),
    error_type text,
    error_line integer,
    error_message text,
    actions jsonb NOT NULL,
    recorded_at timestamptz NOT NULL DEFAULT now(),
    recorded_by uuid NOT NULL,
    PRIMARY KEY (id, started_at)
) PARTITION BY RANGE (started_at);
CREATE TABLE process_executions_default PARTITION OF process_executions DEFAULT;
CREATE INDEX process_executions_by_time ON process_executions (organization_id, process_id, started_at);

CREATE TABLE process_execution_index (
    organization_id uuid NOT NULL,
    execution_id uuid NOT NULL,
    PRIMARY KEY (organization_id, execution_id)
);

-- 7. Partitions, made ahead of need by whoever comes by, once at a time. A partition has no policy of its own: reached by
--    its own name, it shows nothing.

-- TRUNCATE of a single partition does not reach its parent's trigger, so partitions get one of their own.
CREATE FUNCTION grimoire_guard_partition(partition regclass) RETURNS void
LANGUAGE plpgsql
AS $$
BEGIN
    EXECUTE format(
        'CREATE TRIGGER partition_stays BEFORE TRUNCATE ON %s FOR EACH STATEMENT EXECUTE FUNCTION grimoire_refuse_change()',
        partition);
END $$;

CREATE OR REPLACE FUNCTION grimoire_make_partitions(parent regclass, months_ahead integer) RETURNS void
LANGUAGE plpgsql
AS $$
DECLARE
    first date := date_trunc('month', now() AT TIME ZONE 'UTC')::date;
    lower_bound date;
    partition text;
BEGIN
    PERFORM pg_advisory_xact_lock(x'6772696d70617274'::bigint);
    FOR month IN 0..months_ahead LOOP
        lower_bound := first + make_interval(months => month);
        partition := format('%s_%s', parent, to_char(lower_bound, 'YYYY_MM'));
        CONTINUE WHEN to_regclass(partition) IS NOT NULL;
        EXECUTE format(
            'CREATE TABLE %I PARTITION OF %s FOR VALUES FROM (%L) TO (%L)', partition, parent,
            lower_bound::text || ' 00:00:00+00',
            (lower_bound + interval '1 month')::date::text || ' 00:00:00+00');
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', partition);
        IF parent IN ('process_versions'::regclass, 'audit_log'::regclass) THEN
            PERFORM grimoire_guard_partition(partition);
        END IF;
    END LOOP;
END $$;

-- What has to be done again and again, for the application role too: partitions ahead, old keys away.
CREATE FUNCTION grimoire_upkeep(months_ahead integer) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp
SET client_min_messages = warning
AS $$
BEGIN
    PERFORM grimoire_make_partitions('process_versions', months_ahead);
    PERFORM grimoire_make_partitions('process_suggestions', months_ahead);
    PERFORM grimoire_make_partitions('process_executions', months_ahead);
    PERFORM grimoire_make_partitions('audit_log', months_ahead);
    DELETE FROM idempotency_keys WHERE created_at < now() - interval '24 hours';
END $$;

REVOKE ALL ON FUNCTION grimoire_make_partitions(regclass, integer), grimoire_guard_partition(regclass),
    grimoire_upkeep(integer), grimoire_search(tsquery) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION grimoire_upkeep(integer), grimoire_search(tsquery) TO grimoire_app;

-- 8. What nobody changes.

CREATE TRIGGER audit_log_is_immutable
    BEFORE UPDATE OR DELETE ON audit_log
    FOR EACH ROW EXECUTE FUNCTION grimoire_refuse_change();
CREATE TRIGGER audit_log_stays
    BEFORE TRUNCATE ON audit_log
    FOR EACH STATEMENT EXECUTE FUNCTION grimoire_refuse_change();

CREATE OR REPLACE FUNCTION grimoire_refuse_change() RETURNS trigger
LANGUAGE plpgsql
AS $$
BEGIN
    RAISE EXCEPTION '% on % is refused: versions and audit are never changed', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
END $$;

-- 9. Whose rows they are. Tables that operators have no business in hold for their owner too (FORCE); the others do not,
--    since migrations, purging and the outbox's relay work across organizations as the owner.

ALTER TABLE audit_log ENABLE ROW LEVEL SECURITY;
ALTER TABLE outbox ENABLE ROW LEVEL SECURITY;
ALTER TABLE idempotency_keys ENABLE ROW LEVEL SECURITY;
ALTER TABLE idempotency_keys FORCE ROW LEVEL SECURITY;
ALTER TABLE process_executions ENABLE ROW LEVEL SECURITY;
ALTER TABLE process_executions FORCE ROW LEVEL SECURITY;
ALTER TABLE process_execution_index ENABLE ROW LEVEL SECURITY;
ALTER TABLE process_execution_index FORCE ROW LEVEL SECURITY;
ALTER TABLE schema_migrations ENABLE ROW LEVEL SECURITY;

CREATE POLICY own_organization ON audit_log FOR SELECT TO grimoire_app
    USING (organization_id = grimoire_organization());
CREATE POLICY own_organization_or_none ON audit_log FOR INSERT TO grimoire_app
    WITH CHECK (organization_id IS NULL OR organization_id = grimoire_organization());
CREATE POLICY own_organization ON outbox TO grimoire_app USING (organization_id = grimoire_organization());
CREATE POLICY own_organization ON idempotency_keys USING (organization_id = grimoire_organization());
CREATE POLICY expired ON idempotency_keys TO CURRENT_USER USING (created_at < now() - interval '24 hours');
CREATE POLICY own_organization ON process_executions USING (organization_id = grimoire_organization());
CREATE POLICY own_organization ON process_execution_index USING (organization_id = grimoire_organization());

-- A process never changes its ID, creator, creation or organization.
REVOKE UPDATE ON processes FROM grimoire_app;
GRANT UPDATE (name, description, updated_at, latest_version, deleted_at, search) ON processes TO grimoire_app;
GRANT SELECT, INSERT ON audit_log TO grimoire_app;
GRANT INSERT ON outbox TO grimoire_app;
GRANT SELECT, INSERT, DELETE ON idempotency_keys TO grimoire_app;
GRANT SELECT, INSERT ON process_executions, process_execution_index TO grimoire_app;

DO $$
DECLARE
    partition record;
BEGIN
    FOR partition IN
        SELECT i.inhrelid::regclass AS name, i.inhparent::regclass AS parent
        FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhparent
        WHERE c.relkind = 'p' AND c.relnamespace = 'public'::regnamespace
    LOOP
        EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', partition.name);
        IF partition.parent IN ('process_versions'::regclass, 'audit_log'::regclass) THEN
            PERFORM grimoire_guard_partition(partition.name);
        END IF;
    END LOOP;
END $$;

SELECT grimoire_make_partitions('process_executions', 12), grimoire_make_partitions('audit_log', 12);
