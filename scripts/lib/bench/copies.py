"""Processes made by SQL: copies of one, as many as a benchmark wants, whatever columns the tables have."""
import itertools

from bench import pgbench

PREFIX = "00000000-0000-4000-9000-"
numbers = itertools.count(1)


def of(stack, process, count):
    """The IDs of new processes, equal to `process` at its first version.

    Autovacuum would look at them within a minute; until then PostgreSQL takes indexes that were made while their
    table was empty for empty ones, and a session keeps the plan that it makes of that.
    """
    made = [next(numbers) for _ in range(count)]
    copied = f"uuid('{PREFIX}' || lpad(n::text, 12, '0'))"
    body = f"uuid('00000000-0000-4000-a000-' || lpad(n::text, 12, '0'))"
    series = f"generate_series({made[0]}, {made[-1]}) AS n"
    pgbench.sql(
        stack.superuser_url(),
        f"""
        INSERT INTO processes SELECT (jsonb_populate_record(p, jsonb_build_object('id', {copied}, 'latest_version', 1))).*
        FROM processes p, {series} WHERE p.id = '{process}';
        INSERT INTO process_versions
        SELECT (jsonb_populate_record(v, jsonb_build_object('id', {body}, 'process_id', {copied}))).*
        FROM process_versions v, {series} WHERE v.process_id = '{process}' AND v.version_number = 1;
        INSERT INTO process_version_index
        SELECT (jsonb_populate_record(i, jsonb_build_object('version_id', {body}, 'process_id', {copied}))).*
        FROM process_version_index i, {series} WHERE i.process_id = '{process}' AND i.version_number = 1;
        ANALYZE processes, process_versions, process_version_index;
        """,
    )
    return [f"{PREFIX}{number:012}" for number in made]
