-- Suggestions as they were recorded and rated, and which process has which functions and actions.

-- 1. Where a suggestion comes from. What was asked and answered lies in input_context and ai_response; a report belongs to
--    no session. Nobody has written suggestions before this migration.

ALTER TABLE process_suggestions
    ALTER COLUMN session_id DROP NOT NULL,
    ADD COLUMN kind text NOT NULL CHECK (kind IN ('chat', 'analysis', 'insights', 'plan')),
    ADD COLUMN version_number integer NOT NULL CHECK (version_number >= 1),
    ADD COLUMN user_id uuid NOT NULL,
    ADD CONSTRAINT process_suggestions_of_chats_have_a_session CHECK ((kind = 'chat') = (session_id IS NOT NULL));

-- 2. The partitioned table cannot keep IDs unique, so an index table does, as for versions. It leads to the partition, and
--    has what lists are made by. IDs are the services' own choice, so they are unique within an organization only: nobody
--    learns whether another one has an ID.

CREATE TABLE process_suggestion_index (
    organization_id uuid NOT NULL,
    suggestion_id uuid NOT NULL,
    created_at timestamptz NOT NULL,
    process_id uuid NOT NULL REFERENCES processes (id),
    user_id uuid NOT NULL,
    session_id uuid,
    -- Of the texts, so that a page can end where it would become too large.
    bytes bigint NOT NULL CHECK (bytes >= 0),
    -- The mean of its ratings, 0 where there is none, and how many there are.
    rating double precision NOT NULL DEFAULT 0 CHECK (rating = 0 OR rating BETWEEN 1 AND 5),
    ratings bigint NOT NULL DEFAULT 0 CHECK (ratings >= 0),
    PRIMARY KEY (organization_id, suggestion_id)
);
CREATE INDEX process_suggestions_in_order
    ON process_suggestion_index (organization_id, process_id, created_at DESC, suggestion_id DESC);
CREATE INDEX process_suggestions_of_session
    ON process_suggestion_index (organization_id, user_id, session_id, process_id, created_at DESC, suggestion_id DESC)
    WHERE session_id IS NOT NULL;
CREATE INDEX process_suggestions_rated
    ON process_suggestion_index (organization_id, process_id, created_at DESC, suggestion_id DESC) INCLUDE (rating)
    WHERE ratings > 0;
CREATE INDEX process_suggestions_best_of_process
    ON process_suggestion_index (organization_id, process_id, rating DESC, created_at DESC, suggestion_id DESC)
    WHERE ratings > 0;
CREATE INDEX process_suggestions_best
    ON process_suggestion_index (organization_id, rating DESC, created_at DESC, suggestion_id DESC)
    WHERE ratings > 0;

-- 3. Ratings: one of each user, the last. The mean beside the suggestion is made of them.

CREATE TABLE process_suggestion_ratings (
    organization_id uuid NOT NULL,
    suggestion_id uuid NOT NULL,
    user_id uuid NOT NULL,
    rating integer NOT NULL CHECK (rating BETWEEN 1 AND 5),
    comment text NOT NULL,
    rated_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (organization_id, suggestion_id, user_id),
    FOREIGN KEY (organization_id, suggestion_id) REFERENCES process_suggestion_index
);

-- 4. An exchange is an update of its thread.

ALTER TABLE outbox
    ADD COLUMN suggestion_id uuid,
    ADD COLUMN session_id uuid;

-- 5. What a version's code can be compared by, as the service reads it back before it makes the next one. Versions from
--    before this migration have none: their processes are found by their functions and actions from their next version on.

ALTER TABLE process_versions ADD COLUMN fingerprint bytea;

-- 6. Functions by the hash of their canonical form, and actions by their name: a row for each that the latest version of a
--    process has. Written in the statement that makes a version, and only as far as that version changed something; a
--    deleted process keeps its rows, and is not found because it is deleted. The creation of the process, which never
--    changes, makes the primary key the order in which processes are found; foreign keys as little as for facts.

CREATE TABLE process_functions (
    organization_id uuid NOT NULL,
    hash bytea NOT NULL CHECK (octet_length(hash) = 32),
    process_created_at timestamptz NOT NULL,
    process_id uuid NOT NULL,
    -- Of several functions with one hash, the first.
    name text NOT NULL,
    PRIMARY KEY (organization_id, hash, process_created_at, process_id)
);

CREATE TABLE process_actions (
    organization_id uuid NOT NULL,
    action text COLLATE "C" NOT NULL,
    process_created_at timestamptz NOT NULL,
    process_id uuid NOT NULL,
    PRIMARY KEY (organization_id, action, process_created_at, process_id)
);

-- 7. Whose rows they are.

ALTER TABLE process_suggestion_index ENABLE ROW LEVEL SECURITY;
ALTER TABLE process_suggestion_ratings ENABLE ROW LEVEL SECURITY;
ALTER TABLE process_functions ENABLE ROW LEVEL SECURITY;
ALTER TABLE process_actions ENABLE ROW LEVEL SECURITY;

CREATE POLICY own_organization ON process_suggestion_index TO grimoire_app
    USING (organization_id = grimoire_organization());
CREATE POLICY own_organization ON process_suggestion_ratings TO grimoire_app
    USING (organization_id = grimoire_organization());
CREATE POLICY own_organization ON process_functions TO grimoire_app USING (organization_id = grimoire_organization());
CREATE POLICY own_organization ON process_actions TO grimoire_app USING (organization_id = grimoire_organization());

GRANT SELECT, INSERT ON process_suggestion_index, process_suggestion_ratings TO grimoire_app;
GRANT UPDATE (rating, ratings) ON process_suggestion_index TO grimoire_app;
GRANT UPDATE (rating, comment, rated_at) ON process_suggestion_ratings TO grimoire_app;
GRANT SELECT, INSERT, DELETE ON process_functions, process_actions TO grimoire_app;
GRANT UPDATE (name) ON process_functions TO grimoire_app;
