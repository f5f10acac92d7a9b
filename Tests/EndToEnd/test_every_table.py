"""Every table of the Process Database, with raw SQL as the role that serves: nothing of another organization is read or
changed. A new table must hold rows here and be guarded, or these tests fail."""
import datetime
import uuid

import psycopg
import pytest
from psycopg import errors, sql

from conftest import setting
from tokens import claims, signed

# The migrations' own table; the application has no business there.
CLOSED = {"schema_migrations"}
# Tables into which the application writes and never looks.
WRITTEN_ONLY = {"outbox"}
# What stays as it is once it is written: the application may not change it, not even its own.
IMMUTABLE = {
    "process_versions", "process_version_index", "audit_log", "outbox", "process_executions", "process_execution_index"}
# With a function that is large enough to be compared with others, and an action.
CODE = "def f(a, b):\n    c = a * 2 + b\n    if c > 100:\n        approve(a, c)\n    return c - a * b\n"
# Functions that act with their owner's rights; each is looked at below.
TRUSTED_FUNCTIONS = {"grimoire_list_named", "grimoire_search", "grimoire_upkeep"}


@pytest.fixture(scope="module")
def administrator():
    url = setting("GRIMOIRE_TEST_DATABASE_URL").removesuffix("/postgres") + "/grimoire"
    with psycopg.connect(url, autocommit=True) as opened:
        yield opened


@pytest.fixture
def application():
    with psycopg.connect(setting("GRIMOIRE_DATABASE_APPLICATION_URL")) as opened:
        yield opened


@pytest.fixture(scope="module")
def tables(administrator):
    """All relations that hold rows and are reached by their own name, partitions and their parents alike."""
    rows = administrator.execute(
        "SELECT relname::text, relispartition FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
        "WHERE n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast') "
        "AND c.relkind IN ('r', 'p', 'v', 'm', 'f')")
    found = dict(rows.fetchall())
    assert {"processes", "process_versions", "audit_log"} <= found.keys()
    return found


@pytest.fixture(scope="module")
def organizations(client, administrator):
    """Two organizations, each with rows in every table."""
    made = []
    for _ in range(2):
        org = str(uuid.uuid4())
        editor, service, admin = (signed(claims(org, [role])) for role in ("editor", "service", "admin"))
        created = client("gRPC", "CreateProcess", {"name": "P", "spy_code": CODE}, editor, idempotency_key=org)
        process = created.body["process_id"]
        assert client("gRPC", "UpdateProcess", {"process_id": process, "spy_code": CODE + "y = 2\n"}, editor).code == 0
        started = datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(hours=1)
        run = {"execution_id": str(uuid.uuid4()), "version_number": 1, "started_at": started.isoformat(),
               "duration": "1s", "outcome": "succeeded"}
        assert client("gRPC", "RecordExecutions", {"process_id": process, "executions": [run]}, service).code == 0
        suggestion = {"suggestion_id": str(uuid.uuid4()), "process_id": process, "version_number": 1, "kind": "chat",
                      "session_id": "s", "suggestion_type": "improvement"}
        assert client("direct", "RecordSuggestion", {"suggestion": suggestion}, editor).code == 0
        rating = {"suggestion_id": suggestion["suggestion_id"], "rating": 4}
        assert client("direct", "SuggestionRecords.RateSuggestion", rating, editor).code == 0
        made.append(org)
    return made


@pytest.fixture
def own_and_foreign(organizations, application):
    """An organization whose transaction it is, and another one."""
    application.execute("SELECT set_config('grimoire.organization_id', %s, false)", [organizations[0]])
    return organizations


def refused(application, statement, *parameters):
    """Whether the database refuses a statement for want of a right; what it has done otherwise is undone."""
    try:
        with application.transaction(force_rollback=True):
            application.execute(statement, parameters)
    except errors.InsufficientPrivilege as error:
        return str(error)
    return None


def named(text, table, **parts):
    parts = {"table": table, **parts}
    return sql.SQL(text).format(**{name: sql.Identifier(part) for name, part in parts.items()})


def columns(administrator, table):
    rows = administrator.execute(
        "SELECT attname::text FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped",
        [table])
    return [name for name, in rows]


def reached(tables):
    return [table for table, is_partition in tables.items() if not is_partition and table not in CLOSED]


def test_each_table_has_rows_of_both_organizations(tables, organizations, administrator):
    for table in reached(tables):
        for org in organizations:
            assert own_count(administrator, table, org) > 0, f"{table} is empty: nothing is shown of it"


def test_only_own_rows_are_read(tables, own_and_foreign, application):
    own, foreign = own_and_foreign
    for table in reached(tables):
        if table in WRITTEN_ONLY:
            assert refused(application, named("SELECT * FROM {table}", table)), table
            continue
        seen = {str(org) for org, in application.execute(named("SELECT DISTINCT organization_id FROM {table}", table))}
        assert seen == {own}, table
        assert own_count(application, table, foreign) == 0, table


def test_without_an_organization_nothing_is_read(tables, application, organizations):
    for value in (None, "", str(uuid.uuid4())):
        if value is not None:
            application.execute("SELECT set_config('grimoire.organization_id', %s, false)", [value])
        for table in set(reached(tables)) - WRITTEN_ONLY:
            assert application.execute(named("SELECT count(*) FROM {table}", table)).fetchone() == (0,), table


def test_what_is_not_for_the_application_is_closed_to_it(tables, own_and_foreign, application):
    closed = [table for table, is_partition in tables.items() if is_partition or table in CLOSED]
    assert len(closed) > 50, "partitions are closed by their own names"
    for table in closed:
        for text in ("SELECT * FROM {table}", "DELETE FROM {table}", "TRUNCATE {table}",
                     "INSERT INTO {table} DEFAULT VALUES"):
            assert refused(application, named(text, table)), (table, text)


def test_foreign_rows_are_neither_changed_nor_deleted_nor_made(tables, own_and_foreign, application, administrator):
    own, foreign = own_and_foreign
    for table in reached(tables):
        for text, parameters in (("DELETE FROM {table} WHERE organization_id = %s", [foreign]),
                                 ("DELETE FROM {table}", [])):
            try:
                with application.transaction(force_rollback=True):
                    mine = own_count(application, table, own)
                    touched = application.execute(named(text, table), parameters).rowcount
            except errors.InsufficientPrivilege:
                continue
            assert table not in IMMUTABLE, table
            assert touched == (0 if parameters else mine), table
        for column in columns(administrator, table):
            update = named("UPDATE {table} SET {column} = {column}", table, column=column)
            try:
                with application.transaction(force_rollback=True):
                    touched = application.execute(update).rowcount
                    mine = own_count(application, table, own)
            except errors.InsufficientPrivilege:
                continue
            assert table not in IMMUTABLE, (table, column)
            assert column not in ("organization_id", "id", "process_id", "created_by", "created_at"), (table, column)
            assert touched == mine, (table, column)
        assert refused(application, named("UPDATE {table} SET organization_id = %s", table), foreign), table
        assert refused(application, named("TRUNCATE {table}", table)), table
        # A row of one's own, sent to the other organization.
        row = administrator.execute(
            named("SELECT to_jsonb(r)::text FROM {table} r WHERE organization_id = %s LIMIT 1", table), [own])
        row = row.fetchone()[0]
        insert = named("INSERT INTO {table} SELECT (jsonb_populate_record(NULL::{table}, "
                       "%s::jsonb || jsonb_build_object('organization_id', %s::text))).*", table)
        assert "row-level security" in (refused(application, insert, row, foreign) or ""), table


def own_count(connection, table, org):
    return connection.execute(
        named("SELECT count(*) FROM {table} WHERE organization_id = %s", table), [org]).fetchone()[0]


def test_functions_lead_around_no_wall(own_and_foreign, application, administrator):
    own, foreign = own_and_foreign
    found = {name for name, in administrator.execute(
        "SELECT proname::text FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace WHERE n.nspname = 'public' "
        "AND prosecdef AND has_function_privilege('grimoire_app', p.oid, 'EXECUTE')")}
    assert found == TRUSTED_FUNCTIONS
    searched = application.execute("SELECT DISTINCT organization_id::text FROM grimoire_search(to_tsquery('y'))")
    assert searched.fetchall() == [(own,)]
    listed = application.execute(
        "SELECT DISTINCT organization_id::text FROM grimoire_list_named('', 'z', 'infinity', gen_random_uuid(), 1000)")
    assert listed.fetchall() == [(own,)]
    before = own_count(administrator, "idempotency_keys", foreign)
    application.execute("SELECT grimoire_upkeep(12)")
    application.commit()
    assert own_count(administrator, "idempotency_keys", foreign) == before
    # It owns nothing, inherits nothing and makes nothing: no table, no function that could be mistaken for ours.
    rights = administrator.execute(
        "SELECT rolsuper, rolbypassrls, rolcreaterole, rolcreatedb, "
        "(SELECT count(*) FROM pg_auth_members WHERE member = r.oid), "
        "(SELECT count(*) FROM pg_class WHERE relowner = r.oid), "
        "has_schema_privilege('grimoire_app', 'public', 'CREATE') "
        "FROM pg_roles r WHERE rolname = 'grimoire_app'").fetchone()
    assert rights == (False, False, False, False, 0, 0, False)
    with pytest.raises(errors.InsufficientPrivilege):
        application.execute("SET ROLE grimoire_owner")
