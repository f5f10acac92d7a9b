-- Stable mappings: the engine's state with each version, what a process demands of its mappings, and which process has
-- which fact.

-- 1. What the engine has to know of a version to make the next one's mapping, as its JSON. Nobody looks into it here, so it
--    is bytea: jsonb would be taken apart when it is written and put together when it is read, and PostgreSQL compresses
--    either. Versions from before this migration have none: the engine takes all of their entries as given.

ALTER TABLE process_versions ADD COLUMN mapping_state bytea;
ALTER TABLE process_versions
    ADD CONSTRAINT process_versions_have_mapping_state CHECK (mapping_state IS NOT NULL) NOT VALID;

-- 2. What a process demands. With the ID, creator, creation and organization staying what nobody changes.

ALTER TABLE processes
    ADD COLUMN compatibility text NOT NULL DEFAULT 'NONE' CHECK (compatibility IN ('NONE', 'BACKWARD')),
    ADD COLUMN derive_mapping boolean NOT NULL DEFAULT true;
GRANT UPDATE (compatibility, derive_mapping) ON processes TO grimoire_app;

-- 3. Facts by their ID: a row for each that a mapping of the process has had. Written in the statement that makes a version,
--    and only as far as that version changed something.
--
--    process_created_at is that of processes, which never changes: it makes the primary key the order in which processes
--    are found, too. A key may be longer than an index takes, so it is in none; where one fact ID has several keys, it is the
--    first of them. There is no foreign key: rows are made in one statement with their process, which is never removed
--    without them, and a look at it for each row would double what a large mapping costs.

CREATE TABLE process_facts (
    organization_id uuid NOT NULL,
    fact_id text COLLATE "C" NOT NULL,
    process_created_at timestamptz NOT NULL,
    process_id uuid NOT NULL,
    key text NOT NULL,
    since_version integer NOT NULL CHECK (since_version >= 1),
    removed_in_version integer CHECK (removed_in_version > since_version),
    PRIMARY KEY (organization_id, fact_id, process_created_at, process_id)
);

-- Of each process's history: the first version that has the fact, the key in the last one, and the one after that.
INSERT INTO process_facts
    (organization_id, fact_id, process_created_at, process_id, key, since_version, removed_in_version)
SELECT uses.organization_id, uses.fact_id, uses.process_created_at, uses.process_id,
       (array_agg(uses.key ORDER BY uses.version_number DESC, uses.key))[1], min(uses.version_number),
       nullif(max(uses.version_number), max(uses.latest_version)) + 1
FROM (
    SELECT p.organization_id, p.created_at AS process_created_at, p.id AS process_id, p.latest_version,
           v.version_number, entry.key COLLATE "C" AS key, entry.value AS fact_id
    FROM processes p
    JOIN process_version_index i ON i.process_id = p.id
    JOIN process_versions v ON v.id = i.version_id AND v.created_at = i.created_at
    CROSS JOIN LATERAL jsonb_each_text(v.stable_mapping) AS entry
) AS uses
GROUP BY uses.organization_id, uses.fact_id, uses.process_created_at, uses.process_id;

-- Those that have a fact now; the primary key also leads to those that had it.
CREATE INDEX process_facts_in_use ON process_facts (organization_id, fact_id, process_created_at, process_id)
    WHERE removed_in_version IS NULL;

ALTER TABLE process_facts ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_organization ON process_facts TO grimoire_app USING (organization_id = grimoire_organization());
GRANT SELECT, INSERT ON process_facts TO grimoire_app;
GRANT UPDATE (key, since_version, removed_in_version) ON process_facts TO grimoire_app;

-- 4. A call that is made again gets the same report of its mapping.

ALTER TABLE idempotency_keys ADD COLUMN mapping_report bytea NOT NULL DEFAULT '';
