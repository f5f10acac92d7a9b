public import Postgres

/// The history of the Process Database's schema.
public enum Migrations {
    /// All of it, in order.
    public static let all: [Migration] = [
        Migration(number: 1, name: "processes", sql: text(PackageResources._001_processes_sql)),
        Migration(number: 2, name: "integrity", sql: text(PackageResources._002_integrity_sql)),
        Migration(number: 3, name: "mappings", sql: text(PackageResources._003_mappings_sql)),
        Migration(number: 4, name: "audit_counts", sql: text(PackageResources._004_audit_counts_sql)),
        Migration(number: 5, name: "suggestions", sql: text(PackageResources._005_suggestions_sql)),
        Migration(number: 6, name: "cheaper_updates", sql: text(PackageResources._006_cheaper_updates_sql)),
        Migration(number: 7, name: "lists_by_name", sql: text(PackageResources._007_lists_by_name_sql)),
        Migration(number: 8, name: "words_of_code", sql: text(PackageResources._008_words_of_code_sql)),
        Migration(
            number: 9,
            name: "plans_for_any_organization",
            sql: text(PackageResources._009_plans_for_any_organization_sql)
        ),
        Migration(
            number: 10,
            name: "cheaper_suggestions",
            sql: text(PackageResources._010_cheaper_suggestions_sql)
        ),
        Migration(number: 11, name: "cheaper_records", sql: text(PackageResources._011_cheaper_records_sql)),
        Migration(
            number: 12,
            name: "words_in_linear_time",
            sql: text(PackageResources._012_words_in_linear_time_sql)
        ),
    ]

    /// What every start does once the schema is up to date: a year's partitions ahead, old keys away.
    public static let upkeep = "SELECT grimoire_upkeep(12)"

    private static func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }
}
