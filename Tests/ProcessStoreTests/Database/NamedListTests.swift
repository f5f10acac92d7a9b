import EventLoop
import Foundation
import Postgres
import Testing

@testable import ProcessStore

/// Lists of the processes whose names begin alike, in the order of their updates.
@Suite struct NamedListTests {
    /// What a prefix is of, and how often and when those processes were updated: each kind is found in another way.
    private static let kinds = [
        // Of many, everywhere, ten at the same instant.
        "SELECT 'Filler ' || n, n / 10 * interval '10 seconds' FROM generate_series(1, 20000) AS n",
        // The first of all, and then none for long.
        """
        SELECT 'Burst ' || n, CASE WHEN n <= 10 THEN interval '0' ELSE interval '4 days' END FROM generate_series(1, 300) AS n
        """,
        // Many within a quarter of an hour, long ago.
        "SELECT 'Crowd ' || n, interval '3 days' + n * interval '0.5 seconds' FROM generate_series(1, 1800) AS n",
        // One now and then: more than are sorted at once, and more than are sorted at all.
        "SELECT 'Sparse ' || n, n * interval '5 hours' FROM generate_series(1, 700) AS n",
        "SELECT 'Old ' || n, interval '300 days' + n * interval '2 hours' FROM generate_series(1, 4500) AS n",
        "SELECT 'Öl ' || n, n * interval '1 hour' FROM generate_series(1, 7) AS n",
    ]

    /// Processes of all kinds, one of eleven deleted, and as many of another organization.
    private func fill(_ fixture: Fixture, _ kinds: [String]) async throws {
        for organization in [fixture.organization, UUID()] {
            try await fixture.asOwner(
                """
                INSERT INTO processes
                    (id, name, description, latest_version, created_by, organization_id, updated_at, deleted_at)
                SELECT gen_random_uuid(), name, '', 1, '\(fixture.user)', '\(organization)', now() - age,
                       CASE WHEN name LIKE '%9' AND name LIKE '%1%' THEN now() END
                FROM (\(kinds.joined(separator: "\nUNION ALL\n"))) AS made (name, age)
                """
            )
        }
        try await fixture.asOwner("VACUUM ANALYZE processes")
    }

    /// All pages of a list, one after the other.
    private func pages(_ prefix: String, of size: Int, _ fixture: Fixture) async throws -> [UUID] {
        let filter = ListFilter(namePrefix: prefix)
        var found: [UUID] = []
        var place: ListPlace?
        while true {
            let page = try await fixture.store.list(
                filter,
                after: place,
                limit: size,
                organization: fixture.organization
            )
            found += page.map(\.process.id)
            guard page.count == size, let last = page.last else { return found }
            place = ListPlace(key: filter.order.key(of: last), id: last.process.id)
        }
    }

    @Test func everyPrefixGivesWhatSortingAllOfThemWouldGive() async throws {
        try await Fixture.with { fixture in
            try await fill(fixture, Self.kinds)
            for (prefix, sizes) in [
                ("Filler", [501]), ("Filler 1", [50, 501]), ("Filler 777", [1, 50]),
                ("Filler 20000", [1, 2]),
                ("Burst", [3, 11, 501]), ("Burst 2", [50]), ("Crowd", [50, 501]), ("Crowd 1", [7]),
                ("Sparse", [51, 501]), ("Old", [51, 501]), ("Old 4", [20]), ("Ö", [2, 50]), ("Nobody", [50]),
                ("filler", [50]), ("%", [50]),
            ] {
                let sorted = try await fixture.asOwner(
                    """
                    SELECT id FROM processes
                    WHERE organization_id = '\(fixture.organization)' AND deleted_at IS NULL AND starts_with(name, '\(prefix)')
                    ORDER BY updated_at DESC, id DESC
                    """
                )[0].rows.map { try $0.uuid("id") }
                for size in sizes {
                    let found = try await pages(prefix, of: size, fixture)
                    #expect(found == sorted, "\(prefix), \(size) on a page")
                }
            }
        }
    }

    /// Blocks of the database that a statement looks at when it has been planned.
    private func blocks(_ statement: PostgresStatement, _ fixture: Fixture) async throws -> Int {
        let connection = try await PostgresConnection.connect(
            fixture.application,
            on: fixture.loops.loops[0],
            offload: fixture.offload
        )
        let explained = PostgresStatement("EXPLAIN (ANALYZE, BUFFERS) " + statement.sql, statement.parameters)
        var lines: [String] = []
        do {
            for _ in 0..<2 {
                let results = try await connection.pipeline(
                    [Queries.organization(fixture.organization), explained],
                    timeout: .seconds(60)
                )
                lines = try results[1].rows.map { try $0.decode("QUERY PLAN") }
            }
        } catch {
            await connection.close()
            throw error
        }
        await connection.close()
        let line = try #require(lines.first { $0.contains("Buffers: shared") }, "\(lines)")
        return line.matches(of: /(?:hit|read)=(\d+)/).compactMap { Int($0.1) }.reduce(0, +)
    }

    @Test func aPageCostsNoMoreHoweverManyProcessesThereAre() async throws {
        try await Fixture.with { fixture in
            let filler = "SELECT md5(n::text), n * interval '10 seconds' FROM generate_series(1, 100000) AS n"
            try await fill(fixture, [filler] + Self.kinds)
            for prefix in [
                "c", "c4", "c4c", "c4ca", "c4ca4238a0b923820dcc509a6f75849b", "Filler", "Burst", "Crowd",
                "Sparse",
                "Nobody",
            ] {
                let list = Queries.list(ListFilter(namePrefix: prefix), after: nil, limit: 51)
                let blocks = try await blocks(list, fixture)
                #expect(blocks < 1_000, "\(prefix)")
            }
        }
    }
}
