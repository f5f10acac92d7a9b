-- 1. Words in time that grows with the text alone. For a text with signs but no blanks between its words, such as `a_a_a_a`, PostgreSQL's
--    parser looks ahead to the end of it at each of its words: 64 KiB took half a minute. With blanks in place of all these signs it has
--    the same words at the same places. What is asked for keeps its underscores: by them one word of a query is several in a row.

CREATE FUNCTION grimoire_spaced(words text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
-- translate() takes fifteen times as long.
AS $$ SELECT replace(replace(replace(replace(replace(words, '.', ' '), '/', ' '), '<', ' '), '>', ' '), '_', ' ') $$;

CREATE OR REPLACE FUNCTION grimoire_search_vector(name text, description text, document jsonb, code text)
RETURNS tsvector
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
    SELECT setweight(to_tsvector('pg_catalog.english', grimoire_spaced(name)), 'A')
        || setweight(to_tsvector('pg_catalog.english', grimoire_spaced(description)), 'B')
        || setweight(to_tsvector('pg_catalog.english',
            grimoire_spaced(left(coalesce(document ->> 'text', ''), 65536))), 'C')
        || setweight(to_tsvector('pg_catalog.english', grimoire_spaced(left(code, 65536))), 'D')
$$;

CREATE OR REPLACE FUNCTION grimoire_search_vector(former tsvector, code text) RETURNS tsvector
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
    SELECT ts_filter(former, '{a,b,c}')
        || setweight(to_tsvector('pg_catalog.english', grimoire_spaced(left(code, 65536))), 'D')
$$;

CREATE OR REPLACE FUNCTION grimoire_query(words text) RETURNS tsquery
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET client_min_messages = warning
-- `~_a` would be the name of a file, which the texts have none of.
AS $$ SELECT websearch_to_tsquery('pg_catalog.english', grimoire_separated(replace(words, '~', ' '))) $$;

-- 2. IDs of runs are their reporters' choice, so they are unique within an organization only: nobody learns whether another one has an
--    ID, and nobody's runs are refused for it.

ALTER TABLE process_executions
    DROP CONSTRAINT process_executions_pkey,
    ADD PRIMARY KEY (organization_id, id, started_at);
