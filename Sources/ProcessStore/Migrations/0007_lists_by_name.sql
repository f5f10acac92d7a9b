-- Processes whose names begin alike, the last updated first, at a cost that does not grow with how many there are.
--
-- Two orders meet here, and no index has both. Of few such processes all are read and sorted. Of many, the list of all
-- updates is walked, where one of them soon comes. In between, either looks at thousands: a thousandth of a million is a
-- thousand to sort, and fifty thousand to walk past for a page of fifty. So updates lie in watches of six hours, and the
-- names of each watch in their order: a page takes what it needs from the last watches.

CREATE FUNCTION grimoire_watch(moment timestamptz) RETURNS timestamptz
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$ SELECT date_bin('6 hours', moment, '2000-01-01 00:00:00+00') $$;

CREATE INDEX processes_by_name_and_update ON processes (organization_id, (name COLLATE "C"), id)
    INCLUDE (updated_at) WHERE deleted_at IS NULL;
DROP INDEX processes_by_name;
ALTER INDEX processes_by_name_and_update RENAME TO processes_by_name;

CREATE INDEX processes_by_watch ON processes (organization_id, grimoire_watch(updated_at), (name COLLATE "C"))
    INCLUDE (updated_at, id) WHERE deleted_at IS NULL;

-- At most `wanted` processes with names from `first` on and before `past`, that stand behind the place (`before`, `before_id`)
-- in the order of updates, in which they come: the newest first.
--
-- It reads with its owner's eyes, since row-level security lets no expression that is not leakproof use an index, and compares
-- the organization itself. Each of its queries is planned once in a session, for any values.
CREATE FUNCTION grimoire_list_named(
    first text, past text, before timestamptz, before_id uuid, wanted integer
) RETURNS SETOF processes
LANGUAGE plpgsql STABLE SECURITY DEFINER ROWS 50
SET search_path = public, pg_temp
SET plan_cache_mode = force_generic_plan
AS $$
DECLARE
    organization CONSTANT uuid := grimoire_organization();
    nil CONSTANT uuid := '00000000-0000-0000-0000-000000000000';
    -- Of so many updates, the last ones, at least so many are of such a name: then so many for each that is wanted are walked.
    sample CONSTANT integer := 64;
    frequent CONSTANT integer := 4;
    walked_for_each CONSTANT integer := 32;
    -- So many names of one watch are sorted. Where there are more, one soon comes among its updates.
    of_one_watch CONSTANT integer := 1024;
    -- So many names of all are sorted, for each watch, where 1, 8, 64 or 512 watches have not filled the page: what has been
    -- looked at in vain says how much may be spent on an end. After the first one, only where it had less than an eighth.
    for_each_watch CONSTANT integer := 512;
    ladder CONSTANT integer := 8;
    lacking integer := wanted;
    watches integer := 0;
    step integer := 1;
    seen integer;
    names integer;
    most integer;
    watch timestamptz;
BEGIN
    SELECT count(*) INTO seen FROM (
        SELECT p.name FROM processes p
        WHERE p.organization_id = organization AND p.deleted_at IS NULL
            AND ROW (p.updated_at, p.id) < ROW (before, before_id)
        ORDER BY p.updated_at DESC, p.id DESC
        LIMIT sample
    ) AS last
    WHERE last.name COLLATE "C" >= first AND last.name COLLATE "C" < past;
    IF seen >= frequent THEN
        RETURN QUERY
        SELECT walked.*
        FROM (
            SELECT p.* FROM processes p
            WHERE p.organization_id = organization AND p.deleted_at IS NULL
                AND ROW (p.updated_at, p.id) < ROW (before, before_id)
            ORDER BY p.updated_at DESC, p.id DESC
            LIMIT walked_for_each * wanted
        ) AS walked
        WHERE walked.name COLLATE "C" >= first AND walked.name COLLATE "C" < past
        LIMIT lacking;
        GET DIAGNOSTICS seen = ROW_COUNT;
        lacking := lacking - seen;
        IF lacking = 0 THEN
            RETURN;
        END IF;
        -- The last one that was walked past.
        SELECT p.updated_at, p.id INTO before, before_id FROM processes p
        WHERE p.organization_id = organization AND p.deleted_at IS NULL
            AND ROW (p.updated_at, p.id) < ROW (before, before_id)
        ORDER BY p.updated_at DESC, p.id DESC
        OFFSET walked_for_each * wanted - 1 LIMIT 1;
        IF NOT FOUND THEN
            RETURN;
        END IF;
    END IF;

    seen := 0;
    LOOP
        -- Behind an empty watch there may be many.
        IF seen = 0 THEN
            SELECT grimoire_watch(p.updated_at) INTO watch FROM processes p
            WHERE p.organization_id = organization AND p.deleted_at IS NULL
                AND ROW (p.updated_at, p.id) < ROW (before, before_id)
            ORDER BY p.updated_at DESC, p.id DESC
            LIMIT 1;
            IF NOT FOUND THEN
                RETURN;
            END IF;
        ELSE
            watch := watch - interval '6 hours';
        END IF;

        RETURN QUERY
        WITH named AS MATERIALIZED (
            SELECT p.id, p.updated_at FROM processes p
            WHERE p.organization_id = organization AND p.deleted_at IS NULL
                AND grimoire_watch(p.updated_at) = watch
                AND p.name COLLATE "C" >= first AND p.name COLLATE "C" < past
            LIMIT of_one_watch + 1
        ), counted AS MATERIALIZED (
            SELECT count(*) <= of_one_watch AS are_few FROM named
        ), page AS MATERIALIZED (
            SELECT * FROM named n
            WHERE (SELECT c.are_few FROM counted c) AND ROW (n.updated_at, n.id) < ROW (before, before_id)
            ORDER BY n.updated_at DESC, n.id DESC
            LIMIT lacking
        )
        (
            SELECT p.* FROM page JOIN processes p ON p.id = page.id
            ORDER BY page.updated_at DESC, page.id DESC
        ) UNION ALL (
            SELECT walked.*
            FROM (
                -- OFFSET keeps the names' conditions out: it is by updates that a walk has to go.
                SELECT p.* FROM processes p
                WHERE p.organization_id = organization AND p.deleted_at IS NULL
                    AND p.updated_at >= watch AND ROW (p.updated_at, p.id) < ROW (before, before_id)
                ORDER BY p.updated_at DESC, p.id DESC
                OFFSET 0
            ) AS walked
            WHERE NOT (SELECT c.are_few FROM counted c)
                AND walked.name COLLATE "C" >= first AND walked.name COLLATE "C" < past
            LIMIT lacking
        );
        GET DIAGNOSTICS seen = ROW_COUNT;
        lacking := lacking - seen;
        IF lacking = 0 THEN
            RETURN;
        END IF;
        before := watch;
        before_id := nil;
        watches := watches + 1;

        CONTINUE WHEN watches < step;
        step := step * ladder;
        CONTINUE WHEN watches = 1 AND seen * ladder >= wanted;
        most := for_each_watch * watches;
        SELECT count(*) INTO names FROM (
            SELECT FROM processes p
            WHERE p.organization_id = organization AND p.deleted_at IS NULL
                AND p.name COLLATE "C" >= first AND p.name COLLATE "C" < past
            LIMIT most + 1
        ) AS named;
        CONTINUE WHEN names > most;
        RETURN QUERY
        WITH named AS MATERIALIZED (
            SELECT p.id, p.updated_at FROM processes p
            WHERE p.organization_id = organization AND p.deleted_at IS NULL
                AND p.name COLLATE "C" >= first AND p.name COLLATE "C" < past
        ), page AS MATERIALIZED (
            SELECT * FROM named n
            WHERE ROW (n.updated_at, n.id) < ROW (before, before_id)
            ORDER BY n.updated_at DESC, n.id DESC
            LIMIT lacking
        )
        SELECT p.* FROM page JOIN processes p ON p.id = page.id
        ORDER BY page.updated_at DESC, page.id DESC;
        RETURN;
    END LOOP;
END $$;

REVOKE ALL ON FUNCTION grimoire_list_named(text, text, timestamptz, uuid, integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION grimoire_list_named(text, text, timestamptz, uuid, integer) TO grimoire_app;
