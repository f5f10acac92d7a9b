/// Text from outside, made fit to stand in a message.
enum UntrustedText {
    /// Without what is not seen (controls, marks of direction, tags of U+E0000, joiners between nothing),
    /// with plain line breaks, and with marks of chat templates taken apart, so that no tokenizer takes them
    /// for the beginning of another message.
    static func plain(_ text: String) -> String {
        var scalars = String.UnicodeScalarView()
        var previous: Unicode.Scalar = "\n"
        for scalar in text.unicodeScalars {
            defer { previous = scalar }
            switch scalar.value {
            case 0x0A where previous == "\r": break
            case 0x09, 0x0A: scalars.append(scalar)
            case 0x0B, 0x0C, 0x0D, 0x85, 0x2028, 0x2029: scalars.append("\n")
            case 0x00..<0x20, 0x7F..<0xA0, 0x00AD, 0x061C, 0x180E, 0x200B, 0x200E, 0x200F, 0x202A...0x202E,
                0x2060...0x206F, 0xFEFF, 0xFFF9...0xFFFB, 0xE0000...0xE0FFF:
                break
            default: scalars.append(scalar)
            }
        }
        return withoutMarks(String(scalars))
    }

    /// What chat templates put between messages; each is taken apart by a space behind its first character.
    private static let marks: [[UInt8]] = [
        "<|", "|>", "[INST]", "[/INST]", "<<SYS>>", "<</SYS>>", "<start_of_turn>", "<end_of_turn>", "</s>",
        "<<<DATA", "<<<END",
    ].map { Array($0.utf8) }

    private static func withoutMarks(_ text: String) -> String {
        let bytes = Array(text.utf8)
        var result: [UInt8] = []
        result.reserveCapacity(bytes.count)
        for index in bytes.indices {
            result.append(bytes[index])
            guard
                bytes[index] == UInt8(ascii: "<") || bytes[index] == UInt8(ascii: "|")
                    || bytes[index] == UInt8(ascii: "[")
            else { continue }
            if marks.contains(where: { bytes[index...].starts(with: $0) }) { result.append(0x20) }
        }
        return String(decoding: result, as: UTF8.self)
    }
}
