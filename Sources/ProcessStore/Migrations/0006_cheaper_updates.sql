-- What an update costs, and a list by the beginning of names.

-- 1. lz4 takes a tenth of the time of PostgreSQL's own compression. A server that was built without it keeps that one. New
--    partitions have what their parent has; rows that are there stay as they are.

DO $$
DECLARE
    target record;
BEGIN
    FOR target IN
        SELECT a.attrelid::regclass AS relation, a.attname AS name
        FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
        WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND a.attnum > 0
            AND a.attstorage IN ('x', 'm') AND NOT a.attisdropped
            AND (c.oid = 'processes'::regclass OR c.oid = 'process_versions'::regclass
                OR c.oid IN (SELECT inhrelid FROM pg_inherits WHERE inhparent = 'process_versions'::regclass))
    LOOP
        EXECUTE format('ALTER TABLE %s ALTER COLUMN %I SET COMPRESSION lz4', target.relation, target.name);
    END LOOP;
EXCEPTION WHEN feature_not_supported THEN
    RAISE NOTICE 'this server has no lz4: columns stay with pglz';
END $$;

-- 2. A function with settings of its own is parsed and planned in each call; without them, its expression becomes part of
--    the statement. Its notices, one for each word of more than 2 KiB, the service's sessions do not ask for.

CREATE OR REPLACE FUNCTION grimoire_search_vector(name text, description text, document jsonb, code text)
RETURNS tsvector
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
    SELECT setweight(to_tsvector('pg_catalog.english', name), 'A')
        || setweight(to_tsvector('pg_catalog.english', description), 'B')
        || setweight(to_tsvector('pg_catalog.english', left(coalesce(document ->> 'text', ''), 65536)), 'C')
        || setweight(to_tsvector('pg_catalog.english', left(code, 65536)), 'D')
$$;

-- The same where only the code is another one: its words stand last, so that those before them stay where they are.
CREATE FUNCTION grimoire_search_vector(former tsvector, code text) RETURNS tsvector
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
    SELECT ts_filter(former, '{a,b,c}') || setweight(to_tsvector('pg_catalog.english', left(code, 65536)), 'D')
$$;
