internal import ServiceKit
internal import StableMapping

/// The engine's state as bytes: one with the form's number, then the wire format of protocol buffers with the fields below.
///
/// Each update reads one and writes one; in JSON, which the first form was, that took a fifth of an update's time.
enum MappingStateForm {
    /// Bytes that are no state.
    struct Malformed: Error {}

    /// The first byte. JSON begins with a brace.
    static let number: UInt8 = 1

    private enum StateTag {
        static let version: UInt8 = 0x08
        static let entry: UInt8 = 0x12
        static let retired: UInt8 = 0x1a
    }

    private enum EntryTag {
        static let key: UInt8 = 0x0a
        static let factID: UInt8 = 0x12
        static let isDerived: UInt8 = 0x18
        static let fact: UInt8 = 0x22
        static let since: UInt8 = 0x28
        static let formerKey: UInt8 = 0x32
        /// In place of `fact`, where that is the key.
        static let isFactKey: UInt8 = 0x38
    }

    private enum RetiredTag {
        static let factID: UInt8 = 0x0a
        static let identity: UInt8 = 0x12
        static let since: UInt8 = 0x18
        static let retiredIn: UInt8 = 0x20
    }

    // MARK: Writing

    static func encode(_ state: MappingState) -> [UInt8] {
        var writer = ProtobufWriter(capacity: 64 + 128 * (state.entries.count + state.retired.count))
        writer.append(CollectionOfOne(number))
        writer.field(StateTag.version, number: UInt64(UInt32(bitPattern: state.version)))
        var inner = ProtobufWriter(capacity: 512)
        for entry in state.entries {
            inner.removeAll()
            write(entry, to: &inner)
            writer.field(StateTag.entry, count: inner.bytes.count)
            writer.append(inner.bytes)
        }
        for retired in state.retired {
            inner.removeAll()
            inner.field(RetiredTag.factID, text: retired.factID)
            inner.field(RetiredTag.identity, text: retired.identity)
            inner.field(RetiredTag.since, number: UInt64(UInt32(bitPattern: retired.since)))
            inner.field(RetiredTag.retiredIn, number: UInt64(UInt32(bitPattern: retired.retiredIn)))
            writer.field(StateTag.retired, count: inner.bytes.count)
            writer.append(inner.bytes)
        }
        return writer.bytes
    }

    private static func write(_ entry: MappingState.Entry, to writer: inout ProtobufWriter) {
        writer.field(EntryTag.key, text: entry.key)
        writer.field(EntryTag.factID, text: entry.factID)
        if entry.origin == .derived { writer.field(EntryTag.isDerived, number: 1) }
        if let fact = entry.fact {
            if fact == entry.key {
                writer.field(EntryTag.isFactKey, number: 1)
            } else {
                writer.field(EntryTag.fact, optional: fact)
            }
        }
        writer.field(EntryTag.since, number: UInt64(UInt32(bitPattern: entry.since)))
        if let former = entry.formerKey { writer.field(EntryTag.formerKey, optional: former) }
    }

    // MARK: Reading

    /// - Throws: `Malformed` where a field is unknown or cut short: a state is read as it was written, or not at all.
    static func decode(_ bytes: [UInt8]) throws(Malformed) -> MappingState {
        guard bytes.first == number else { throw Malformed() }
        let state: MappingState? = bytes.withUnsafeBytes { bytes in
            var reader = ProtobufReader(bytes, 1..<bytes.count)
            var version: Int32 = 0
            var entries: [MappingState.Entry] = []
            var retired: [MappingState.Retired] = []
            while let tag = reader.tag() {
                switch tag {
                case StateTag.version:
                    guard let number = reader.int32() else { return nil }
                    version = number
                case StateTag.entry:
                    guard let range = reader.content(), let entry = entry(bytes, range) else { return nil }
                    entries.append(entry)
                case StateTag.retired:
                    guard let range = reader.content(), let one = Self.retired(bytes, range) else {
                        return nil
                    }
                    retired.append(one)
                default: return nil
                }
            }
            return reader.isAtEnd
                ? MappingState(version: version, entries: entries, retired: retired) : nil
        }
        guard let state else { throw Malformed() }
        return state
    }

    private static func entry(_ bytes: UnsafeRawBufferPointer, _ range: Range<Int>) -> MappingState.Entry? {
        var reader = ProtobufReader(bytes, range)
        var (key, factID) = ("", "")
        var (fact, former): (String?, String?) = (nil, nil)
        var since: Int32 = 0
        var (isDerived, isFactKey) = (false, false)
        while let tag = reader.tag() {
            switch tag {
            case EntryTag.key: key = reader.text(bytes) ?? ""
            case EntryTag.factID: factID = reader.text(bytes) ?? ""
            case EntryTag.isDerived: isDerived = reader.varint() == 1
            case EntryTag.fact: fact = reader.text(bytes)
            case EntryTag.since: since = reader.int32() ?? 0
            case EntryTag.formerKey: former = reader.text(bytes)
            case EntryTag.isFactKey: isFactKey = reader.varint() == 1
            default: return nil
            }
        }
        guard reader.isAtEnd else { return nil }
        return MappingState.Entry(
            key: key,
            factID: factID,
            origin: isDerived ? .derived : .given,
            fact: isFactKey ? key : fact,
            since: since,
            formerKey: former
        )
    }

    private static func retired(
        _ bytes: UnsafeRawBufferPointer,
        _ range: Range<Int>
    ) -> MappingState.Retired? {
        var reader = ProtobufReader(bytes, range)
        var (factID, identity) = ("", "")
        var (since, retiredIn): (Int32, Int32) = (0, 0)
        while let tag = reader.tag() {
            switch tag {
            case RetiredTag.factID: factID = reader.text(bytes) ?? ""
            case RetiredTag.identity: identity = reader.text(bytes) ?? ""
            case RetiredTag.since: since = reader.int32() ?? 0
            case RetiredTag.retiredIn: retiredIn = reader.int32() ?? 0
            default: return nil
            }
        }
        guard reader.isAtEnd else { return nil }
        return MappingState.Retired(
            factID: factID,
            identity: identity,
            since: since,
            retiredIn: retiredIn
        )
    }
}

extension ProtobufWriter {
    /// A text that is there, even where it is empty.
    fileprivate mutating func field(_ tag: UInt8, optional text: String) {
        var text = text
        text.withUTF8 { field(tag, UnsafeRawBufferPointer($0)) }
    }
}

extension ProtobufReader {
    fileprivate mutating func int32() -> Int32? {
        varint().flatMap { UInt32(exactly: $0) }.map { Int32(bitPattern: $0) }
    }

    fileprivate mutating func text(_ bytes: UnsafeRawBufferPointer) -> String? {
        content().map { String(decoding: bytes[$0], as: UTF8.self) }
    }
}
