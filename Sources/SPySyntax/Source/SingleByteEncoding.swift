/// Encodings with one byte for each character, ASCII in their lower half.
struct SingleByteEncoding {
    /// Code points of the bytes from 0x80; 0 where there is none.
    private let upper: [UInt32]

    static let latin1 = SingleByteEncoding(upper: (0x80...0xFF).map { $0 })

    static let latin9 = SingleByteEncoding(
        replacing: [
            0xA4: 0x20AC, 0xA6: 0x160, 0xA8: 0x161, 0xB4: 0x17D, 0xB8: 0x17E, 0xBC: 0x152, 0xBD: 0x153,
            0xBE: 0x178,
        ]
    )

    static let windows1252 = SingleByteEncoding(
        replacing: [
            0x80: 0x20AC, 0x81: 0, 0x82: 0x201A, 0x83: 0x192, 0x84: 0x201E, 0x85: 0x2026, 0x86: 0x2020,
            0x87: 0x2021,
            0x88: 0x2C6, 0x89: 0x2030, 0x8A: 0x160, 0x8B: 0x2039, 0x8C: 0x152, 0x8D: 0, 0x8E: 0x17D, 0x8F: 0,
            0x90: 0,
            0x91: 0x2018, 0x92: 0x2019, 0x93: 0x201C, 0x94: 0x201D, 0x95: 0x2022, 0x96: 0x2013, 0x97: 0x2014,
            0x98: 0x2DC, 0x99: 0x2122, 0x9A: 0x161, 0x9B: 0x203A, 0x9C: 0x153, 0x9D: 0, 0x9E: 0x17E,
            0x9F: 0x178,
        ]
    )

    static let koi8r: SingleByteEncoding = {
        let boxes = "─│┌┐└┘├┤┬┴┼▀▄█▌▐░▒▓⌠■∙√≈≤≥\u{A0}⌡°²·÷═║╒ё╓╔╕╖╗╘╙╚╛╜╝╞╟╠╡Ё╢╣╤╥╦╧╨╩╪╫╬©"
        let letters = "юабцдефгхийклмнопярстужвьызшэщчъЮАБЦДЕФГХИЙКЛМНОПЯРСТУЖВЬЫЗШЭЩЧЪ"
        return SingleByteEncoding(upper: (boxes + letters).unicodeScalars.map(\.value))
    }()

    private init(upper: [UInt32]) {
        self.upper = upper
    }

    /// Latin-1 with other characters in some places.
    private init(replacing replaced: [UInt32: UInt32]) {
        upper = (0x80...0xFF).map { replaced[$0] ?? $0 }
    }

    /// The text in UTF-8, or where a byte stands for no character.
    func decode(_ bytes: [UInt8]) -> Result<[UInt8], InvalidByte> {
        var text: [UInt8] = []
        text.reserveCapacity(bytes.count + bytes.count / 8)
        for (offset, byte) in bytes.enumerated() {
            if byte < 0x80 {
                text.append(byte)
                continue
            }
            guard let scalar = Unicode.Scalar(upper[Int(byte) - 0x80]), scalar.value != 0 else {
                return .failure(InvalidByte(offset: offset))
            }
            text.append(contentsOf: UTF8.encode(scalar)!)
        }
        return .success(text)
    }

    struct InvalidByte: Error {
        let offset: Int
    }
}
