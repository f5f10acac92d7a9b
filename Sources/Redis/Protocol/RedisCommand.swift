internal import EventLoop

/// A command in the form in which it is sent: an array of bulk strings, made once and sent as often as need be.
public struct RedisCommand: Sendable, Equatable {
    /// As sent.
    let bytes: [UInt8]
    /// Which of them are the key that decides where in a cluster the command belongs, nil where any server will do.
    let key: Range<Int>?

    /// A command.
    ///
    /// - Parameters:
    ///   - name: `GET`, `XADD`, …; a subcommand such as `CONFIG GET`'s second word is an argument.
    ///   - arguments: What follows it.
    ///   - keyIndex: Which argument is the key, or the first of them; nil for a command without.
    public init(_ name: String, _ arguments: [RedisArgument] = [], keyIndex: Int? = 0) {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(64)
        bytes.appendLine(UInt8(ascii: "*"), arguments.count + 1)
        bytes.appendBulk(name.utf8)
        var key: Range<Int>?
        for (index, argument) in arguments.enumerated() {
            let range = argument.write(to: &bytes)
            if index == keyIndex { key = range }
        }
        self.bytes = bytes
        self.key = key
    }

    /// The same without an array for each argument, for what is hot: they are written where they are sent from.
    ///
    /// - Parameters:
    ///   - name: As of any command.
    ///   - arguments: How many there are.
    ///   - capacity: Bytes of all arguments together, at most.
    ///   - keyIndex: Which argument is the key, or the first of them; nil for a command without.
    ///   - write: Appends each argument, in order.
    /// - Precondition: `write` appends as many arguments as said, of no more bytes than said.
    public init(
        _ name: StaticString,
        arguments count: Int,
        capacity: Int,
        keyIndex: Int? = 0,
        _ write: (inout ArgumentWriter) -> Void
    ) {
        let room = ArgumentWriter.frameBytes * (count + 2) + name.utf8CodeUnitCount + capacity
        var key: Range<Int>?
        bytes = Array(unsafeUninitializedCapacity: room) { buffer, written in
            var writer = ArgumentWriter(buffer, keyIndex: keyIndex)
            writer.begin(UnsafeBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount), count)
            write(&writer)
            precondition(writer.argumentCount == count, "a command has as many arguments as it says")
            key = writer.key
            written = writer.place
        }
        self.key = key
    }

    /// The slot of a cluster to which the key belongs.
    var slot: HashSlot? { key.map { HashSlot(key: bytes[$0]) } }
}

/// What needs no look into Redis' manual.
extension RedisCommand {
    /// The value of a key: a string, or null.
    public static func get(_ key: RedisArgument) -> RedisCommand { RedisCommand("GET", [key]) }

    /// Gives a key a value, and a time to live where one is given: whole milliseconds, one at least.
    public static func set(
        _ key: RedisArgument,
        _ value: RedisArgument,
        expiry: Duration? = nil
    ) -> RedisCommand {
        guard let expiry else { return RedisCommand("SET", [key, value]) }
        return RedisCommand("SET", [key, value, "PX", .integer(max(1, Int(expiry.nanoseconds / 1_000_000)))])
    }

    /// The values of several keys, in a cluster of one slot: an array of strings and nulls.
    public static func mget(_ keys: [RedisArgument]) -> RedisCommand { RedisCommand("MGET", keys) }

    /// Removes keys, in a cluster of one slot: how many there were.
    public static func del(_ keys: [RedisArgument]) -> RedisCommand { RedisCommand("DEL", keys) }

    /// Adds to a number: the sum.
    public static func incr(_ key: RedisArgument, by amount: Int = 1) -> RedisCommand {
        RedisCommand("INCRBY", [key, .integer(amount)])
    }

    /// Tells subscribers something: how many of this server's were told.
    public static func publish(_ channel: RedisArgument, _ message: RedisArgument) -> RedisCommand {
        RedisCommand("PUBLISH", [channel, message], keyIndex: nil)
    }
}

extension [UInt8] {
    /// RESP's bulk string; where in the buffer the string's own bytes are.
    @discardableResult
    mutating func appendBulk(_ content: some Collection<UInt8>) -> Range<Int> {
        appendLine(UInt8(ascii: "$"), content.count)
        let start = count
        append(contentsOf: content)
        let end = count
        append(UInt8(ascii: "\r"))
        append(UInt8(ascii: "\n"))
        return start..<end
    }

    /// A letter, a number in decimal digits, and the end of the line.
    mutating func appendLine(_ type: UInt8, _ number: Int) {
        append(type)
        if number < 10 {
            append(UInt8(ascii: "0") + UInt8(number))
        } else {
            append(contentsOf: String(number).utf8)
        }
        append(UInt8(ascii: "\r"))
        append(UInt8(ascii: "\n"))
    }
}
