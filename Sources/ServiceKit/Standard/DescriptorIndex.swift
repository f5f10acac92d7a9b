internal import FoundationEssentials
internal import GrimoireAPI
internal import SwiftProtobuf

/// The protocol definitions of this process, by file and by symbol, as server reflection hands them out.
struct DescriptorIndex: Sendable {
    /// The serialized google.protobuf.FileDescriptorProto of each file, by its name.
    private let files: [String: Data]
    /// What each file imports, by its name.
    private let imports: [String: [String]]
    /// The file that defines a symbol, by the symbol's full name.
    private let fileOfSymbol: [String: String]

    /// - Parameter descriptorSet: A serialized google.protobuf.FileDescriptorSet with all its imports.
    /// - Throws: Where the bytes are no such message.
    init(descriptorSet: Data) throws {
        let set = try Google_Protobuf_FileDescriptorSet(serializedBytes: descriptorSet)
        var files: [String: Data] = [:]
        var imports: [String: [String]] = [:]
        var symbols: [String: String] = [:]
        for file in set.file {
            files[file.name] = try file.serializedData()
            imports[file.name] = file.dependency
            let prefix = file.package.isEmpty ? "" : file.package + "."
            for message in file.messageType { Self.add(message, prefix, file.name, to: &symbols) }
            for type in file.enumType { symbols[prefix + type.name] = file.name }
            for service in file.service {
                symbols[prefix + service.name] = file.name
                for method in service.method {
                    symbols[prefix + service.name + "." + method.name] = file.name
                }
            }
        }
        self.files = files
        self.imports = imports
        self.fileOfSymbol = symbols
    }

    /// The file and everything that it imports, itself first; nil where there is no such file.
    func fileWithImports(named name: String) -> [Data]? {
        guard files[name] != nil else { return nil }
        var order: [String] = [name]
        var seen: Set<String> = [name]
        var next = 0
        while next < order.count {
            for dependency in imports[order[next]] ?? [] where seen.insert(dependency).inserted {
                order.append(dependency)
            }
            next += 1
        }
        return order.compactMap { files[$0] }
    }

    /// The file that defines a message, enumeration, service or method, with everything that it imports.
    func fileWithImports(defining symbol: String) -> [Data]? {
        fileOfSymbol[symbol].flatMap(fileWithImports(named:))
    }

    private static func add(
        _ message: Google_Protobuf_DescriptorProto,
        _ prefix: String,
        _ file: String,
        to symbols: inout [String: String]
    ) {
        let name = prefix + message.name
        symbols[name] = file
        for field in message.field { symbols[name + "." + field.name] = file }
        for type in message.enumType { symbols[name + "." + type.name] = file }
        for nested in message.nestedType { add(nested, name + ".", file, to: &symbols) }
    }
}
