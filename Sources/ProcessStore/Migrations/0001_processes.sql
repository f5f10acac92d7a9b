-- The Process Database: processes, their versions, suggestions. The service connects as grimoire_app, which owns none
-- of it; row-level security shows it one organization's rows, the one that grimoire.organization_id names for the
-- length of a transaction.

DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'grimoire_app') THEN
        RAISE EXCEPTION 'the role grimoire_app is missing: CREATE ROLE grimoire_app LOGIN PASSWORD ''…'', then migrate again';
    END IF;
END $$;

CREATE FUNCTION grimoire_organization() RETURNS uuid
LANGUAGE sql STABLE PARALLEL SAFE
AS $$ SELECT nullif(current_setting('grimoire.organization_id', true), '')::uuid $$;

CREATE TABLE processes (
    id uuid PRIMARY KEY,
    name text NOT NULL,
    description text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    latest_version integer NOT NULL CHECK (latest_version >= 1),
    created_by uuid NOT NULL,
    organization_id uuid NOT NULL,
    deleted_at timestamptz
);

CREATE INDEX processes_by_update ON processes (organization_id, updated_at DESC, id DESC) WHERE deleted_at IS NULL;

-- Bodies lie in monthly partitions, made ahead of need; the default one catches what is not foreseen.
CREATE TABLE process_versions (
    id uuid NOT NULL,
    process_id uuid NOT NULL REFERENCES processes (id),
    version_number integer NOT NULL CHECK (version_number >= 1),
    spy_code text NOT NULL,
    process_document jsonb,
    stable_mapping jsonb NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    created_by uuid NOT NULL,
    changelog text NOT NULL,
    name text NOT NULL,
    description text NOT NULL,
    organization_id uuid NOT NULL,
    PRIMARY KEY (id, created_at)
) PARTITION BY RANGE (created_at);

CREATE TABLE process_versions_default PARTITION OF process_versions DEFAULT;

-- A partitioned table's unique constraint must hold the partition key, so this one keeps version numbers unique, and
-- leads to the partition. It also carries what a list of versions shows.
CREATE TABLE process_version_index (
    process_id uuid NOT NULL REFERENCES processes (id),
    version_number integer NOT NULL,
    version_id uuid NOT NULL,
    created_at timestamptz NOT NULL,
    created_by uuid NOT NULL,
    changelog text NOT NULL,
    name text NOT NULL,
    organization_id uuid NOT NULL,
    UNIQUE (process_id, version_number)
);

CREATE TABLE process_suggestions (
    id uuid NOT NULL,
    process_id uuid NOT NULL REFERENCES processes (id),
    session_id uuid NOT NULL,
    suggestion_type text NOT NULL,
    input_context jsonb NOT NULL,
    ai_response jsonb NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    user_feedback integer CHECK (user_feedback BETWEEN 1 AND 5),
    organization_id uuid NOT NULL,
    PRIMARY KEY (id, created_at)
) PARTITION BY RANGE (created_at);

CREATE TABLE process_suggestions_default PARTITION OF process_suggestions DEFAULT;

-- Monthly partitions of a table, from this month on. Called at every start; what is there already is left alone.
CREATE FUNCTION grimoire_make_partitions(parent regclass, months_ahead integer) RETURNS void
LANGUAGE plpgsql
AS $$
DECLARE
    first date := date_trunc('month', now() AT TIME ZONE 'UTC')::date;
    lower_bound date;
    partition text;
BEGIN
    FOR month IN 0..months_ahead LOOP
        lower_bound := first + make_interval(months => month);
        partition := format('%s_%s', parent, to_char(lower_bound, 'YYYY_MM'));
        IF to_regclass(partition) IS NULL THEN
            EXECUTE format(
                'CREATE TABLE %I PARTITION OF %s FOR VALUES FROM (%L) TO (%L)', partition, parent,
                lower_bound::text || ' 00:00:00+00',
                (lower_bound + interval '1 month')::date::text || ' 00:00:00+00');
        END IF;
    END LOOP;
END $$;

SELECT grimoire_make_partitions('process_versions', 12);
SELECT grimoire_make_partitions('process_suggestions', 12);

-- Versions are never changed, not even by the tables' owner.
CREATE FUNCTION grimoire_refuse_change() RETURNS trigger
LANGUAGE plpgsql
AS $$
BEGIN
    RAISE EXCEPTION '% on % is refused: versions are never changed', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
END $$;

CREATE TRIGGER process_versions_are_immutable
    BEFORE UPDATE OR DELETE ON process_versions
    FOR EACH ROW EXECUTE FUNCTION grimoire_refuse_change();
CREATE TRIGGER process_versions_stay
    BEFORE TRUNCATE ON process_versions
    FOR EACH STATEMENT EXECUTE FUNCTION grimoire_refuse_change();
CREATE TRIGGER process_version_index_is_immutable
    BEFORE UPDATE OR DELETE ON process_version_index
    FOR EACH ROW EXECUTE FUNCTION grimoire_refuse_change();
CREATE TRIGGER process_version_index_stays
    BEFORE TRUNCATE ON process_version_index
    FOR EACH STATEMENT EXECUTE FUNCTION grimoire_refuse_change();

ALTER TABLE processes ENABLE ROW LEVEL SECURITY;
ALTER TABLE process_versions ENABLE ROW LEVEL SECURITY;
ALTER TABLE process_version_index ENABLE ROW LEVEL SECURITY;
ALTER TABLE process_suggestions ENABLE ROW LEVEL SECURITY;

CREATE POLICY own_organization ON processes TO grimoire_app USING (organization_id = grimoire_organization());
CREATE POLICY own_organization ON process_versions TO grimoire_app USING (organization_id = grimoire_organization());
CREATE POLICY own_organization ON process_version_index TO grimoire_app
    USING (organization_id = grimoire_organization());
CREATE POLICY own_organization ON process_suggestions TO grimoire_app
    USING (organization_id = grimoire_organization());

GRANT USAGE ON SCHEMA public TO grimoire_app;
GRANT SELECT, INSERT, UPDATE ON processes TO grimoire_app;
GRANT SELECT, INSERT ON process_versions, process_version_index TO grimoire_app;
GRANT SELECT, INSERT ON process_suggestions TO grimoire_app;
GRANT UPDATE (user_feedback) ON process_suggestions TO grimoire_app;
