-- Words of code. PostgreSQL's parser takes `request.amount` for the name of a host, `total/count` for that of a file and
-- `<b and c>` for a tag, and makes one word of each, or none: a search for "amount" went past `request.amount`. With an
-- underscore in place of these signs they are words that follow each other, for what is searched and for what is asked.

CREATE FUNCTION grimoire_separated(words text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
-- translate() takes fifteen times as long.
AS $$ SELECT replace(replace(replace(replace(words, '.', '_'), '/', '_'), '<', '_'), '>', '_') $$;

CREATE OR REPLACE FUNCTION grimoire_search_vector(name text, description text, document jsonb, code text)
RETURNS tsvector
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
    SELECT setweight(to_tsvector('pg_catalog.english', grimoire_separated(name)), 'A')
        || setweight(to_tsvector('pg_catalog.english', grimoire_separated(description)), 'B')
        || setweight(to_tsvector('pg_catalog.english',
            grimoire_separated(left(coalesce(document ->> 'text', ''), 65536))), 'C')
        || setweight(to_tsvector('pg_catalog.english', grimoire_separated(left(code, 65536))), 'D')
$$;

CREATE OR REPLACE FUNCTION grimoire_search_vector(former tsvector, code text) RETURNS tsvector
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
    SELECT ts_filter(former, '{a,b,c}')
        || setweight(to_tsvector('pg_catalog.english', grimoire_separated(left(code, 65536))), 'D')
$$;

CREATE OR REPLACE FUNCTION grimoire_query(words text) RETURNS tsquery
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET client_min_messages = warning
AS $$ SELECT websearch_to_tsquery('pg_catalog.english', grimoire_separated(words)) $$;

-- Words that cannot be kept, of more than 2 KiB, are left out with a notice for each.
SET LOCAL client_min_messages = warning;

UPDATE processes p
SET search = grimoire_search_vector(v.name, v.description, v.process_document, v.spy_code)
FROM process_version_index i
JOIN process_versions v ON v.id = i.version_id AND v.created_at = i.created_at
WHERE i.process_id = p.id AND i.version_number = p.latest_version;
