/// Characters that turn the direction of text, with which a program shows other code than it holds.
enum HiddenText {
    /// Where they stand in some UTF-8, and which they are.
    static func places(in text: [UInt8]) -> [(offset: Int, code: Int)] {
        text.withUnsafeBufferPointer { bytes in
            var found: [(offset: Int, code: Int)] = []
            var index = 0
            while index + 2 < bytes.count {
                // U+202A to U+202E are E2 80 AA to AE, U+2066 to U+2069 are E2 81 A6 to A9.
                if bytes[index] == 0xE2 {
                    switch (bytes[index + 1], bytes[index + 2]) {
                    case (0x80, 0xAA...0xAE): found.append((index, 0x2000 + Int(bytes[index + 2]) - 0x80))
                    case (0x81, 0xA6...0xA9): found.append((index, 0x2040 + Int(bytes[index + 2]) - 0x80))
                    default: break
                    }
                }
                index += 1
            }
            return found
        }
    }
}
