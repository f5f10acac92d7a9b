// swift-tools-version: 6.2
import PackageDescription

/// Every target of ours: Swift 6, warnings are errors, imports say what they expose.
let strict: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .treatAllWarnings(as: .error),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
]

/// The event loop and the transport are confined to their threads by design, and tests run with every check on: a release
/// build goes without the run-time's exclusivity checks, which cost them 5 % of a call.
let confined: [SwiftSetting] =
    strict + [.unsafeFlags(["-enforce-exclusivity=unchecked"], .when(configuration: .release))]

let package = Package(
    name: "grimoire-server",
    products: [
        .executable(name: "grimoire-processes", targets: ["grimoire-processes"]),
        .executable(name: "grimoire-mappings", targets: ["grimoire-mappings"]),
        .executable(name: "grimoire-suggestions", targets: ["grimoire-suggestions"]),
        .executable(name: "transport-bench-server", targets: ["TransportBenchServer"]),
        .executable(name: "transport-bench-client", targets: ["TransportBenchClient"]),
        .executable(name: "process-bench-client", targets: ["ProcessBenchClient"]),
        .executable(name: "suggestion-bench", targets: ["SuggestionBench"]),
        .executable(name: "grimoire", targets: ["grimoire"]),
        .executable(name: "spy-bench", targets: ["SPyBench"]),
        .executable(name: "mapping-bench", targets: ["MappingBench"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser.git", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-collections.git", from: "1.6.0"),
        .package(
            url: "https://github.com/apple/swift-configuration.git",
            from: "1.4.0",
            traits: ["JSON", "CommandLineArguments"]
        ),
        .package(url: "https://github.com/apple/swift-crypto.git", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-log.git", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-metrics.git", from: "2.13.0"),
        .package(url: "https://github.com/apple/swift-nio.git", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-protobuf.git", from: "1.39.0"),
        .package(url: "https://github.com/grpc/grpc-swift-2.git", from: "2.4.3"),
        .package(url: "https://github.com/grpc/grpc-swift-nio-transport.git", from: "2.9.2"),
        .package(url: "https://github.com/grpc/grpc-swift-protobuf.git", from: "2.4.1"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle.git", from: "2.13.0"),
        .package(url: "https://github.com/vapor/jwt-kit.git", from: "5.7.1"),
    ],
    targets: [
        .systemLibrary(name: "CCurl", pkgConfig: "libcurl", providers: [.apt(["libcurl4-openssl-dev"])]),
        // Without pkgConfig, whose -D_FILE_OFFSET_BITS SwiftPM refuses with a warning.
        .systemLibrary(name: "CHiredis", providers: [.apt(["libhiredis-dev"])]),
        .systemLibrary(name: "CLibpq", pkgConfig: "libpq", providers: [.apt(["libpq-dev"])]),
        .systemLibrary(name: "CNghttp2", pkgConfig: "libnghttp2", providers: [.apt(["libnghttp2-dev"])]),
        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),

        .systemLibrary(name: "CEpoll"),
        .target(name: "EventLoop", dependencies: ["CEpoll"], swiftSettings: confined),
        .testTarget(name: "EventLoopTests", dependencies: ["EventLoop"], swiftSettings: strict),

        .target(
            name: "Postgres",
            dependencies: [
                "CLibpq", "EventLoop",
                .product(name: "DequeModule", package: "swift-collections"),
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: strict
        ),
        .testTarget(
            name: "PostgresTests",
            dependencies: ["EventLoop", "Postgres", "TestSupport"],
            swiftSettings: strict
        ),

        .target(
            name: "Redis",
            dependencies: [
                "CHiredis", "EventLoop",
                .product(name: "DequeModule", package: "swift-collections"),
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: confined
        ),
        .testTarget(
            name: "RedisTests",
            dependencies: ["EventLoop", "Redis", "TestSupport"],
            swiftSettings: strict
        ),

        .target(
            name: "GRPCNghttp2",
            dependencies: [
                "CNghttp2", "CZlib", "EventLoop",
                .product(name: "DequeModule", package: "swift-collections"),
                .product(name: "GRPCCore", package: "grpc-swift-2"),
            ],
            swiftSettings: confined
        ),
        .testTarget(
            name: "GRPCNghttp2Tests",
            dependencies: [
                "CNghttp2", "EventLoop", "GRPCNghttp2",
                .product(name: "DequeModule", package: "swift-collections"),
                .product(name: "GRPCCore", package: "grpc-swift-2"),
            ],
            exclude: ["Corpus"],
            swiftSettings: strict
        ),

        .target(name: "Curl", dependencies: ["CCurl", "EventLoop"], swiftSettings: strict),

        .target(
            name: "LiteLLM",
            dependencies: [
                "Curl", "EventLoop", .product(name: "DequeModule", package: "swift-collections"),
            ],
            swiftSettings: strict
        ),
        .testTarget(
            name: "LiteLLMTests",
            dependencies: ["CNghttp2", "Curl", "EventLoop", "LiteLLM", "TestSupport"],
            exclude: ["Fuzz/Corpus", "Fuzz/LibFuzzer.txt"],
            swiftSettings: strict
        ),

        .target(
            name: "GrimoireAPI",
            dependencies: [
                .product(name: "GRPCCore", package: "grpc-swift-2"),
                .product(name: "GRPCProtobuf", package: "grpc-swift-protobuf"),
                .product(name: "SwiftProtobuf", package: "swift-protobuf"),
            ],
            swiftSettings: strict
        ),

        .target(
            name: "ServiceKit",
            dependencies: [
                "Curl", "EventLoop", "GRPCNghttp2", "GrimoireAPI",
                .product(name: "Configuration", package: "swift-configuration"),
                .product(name: "CoreMetrics", package: "swift-metrics"),
                .product(name: "DequeModule", package: "swift-collections"),
                .product(name: "GRPCCore", package: "grpc-swift-2"),
                .product(name: "GRPCProtobuf", package: "grpc-swift-protobuf"),
                .product(name: "JWTKit", package: "jwt-kit"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
                .product(name: "SwiftProtobuf", package: "swift-protobuf"),
            ],
            swiftSettings: strict
        ),
        .testTarget(
            name: "ServiceKitTests",
            dependencies: [
                "EventLoop", "GRPCNghttp2", "GrimoireAPI", "ServiceKit", "TestSupport",
                .product(name: "CoreMetrics", package: "swift-metrics"),
                .product(name: "GRPCCore", package: "grpc-swift-2"),
                .product(name: "GRPCProtobuf", package: "grpc-swift-protobuf"),
                .product(name: "JWTKit", package: "jwt-kit"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ],
            swiftSettings: strict
        ),

        .target(
            name: "ProcessStore",
            dependencies: [
                "EventLoop", "GRPCNghttp2", "GrimoireAPI", "Postgres", "Redis", "SPyAnalysis", "SPySandbox",
                "SPySyntax",
                "ServiceKit", "StableMapping", "SuggestionContent",
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "GRPCCore", package: "grpc-swift-2"),
                .product(name: "GRPCProtobuf", package: "grpc-swift-protobuf"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "SwiftProtobuf", package: "swift-protobuf"),
            ],
            resources: [
                .embedInCode("Migrations/0001_processes.sql"), .embedInCode("Migrations/0002_integrity.sql"),
                .embedInCode("Migrations/0003_mappings.sql"),
                .embedInCode("Migrations/0004_audit_counts.sql"),
                .embedInCode("Migrations/0005_suggestions.sql"),
                .embedInCode("Migrations/0006_cheaper_updates.sql"),
                .embedInCode("Migrations/0007_lists_by_name.sql"),
                .embedInCode("Migrations/0008_words_of_code.sql"),
                .embedInCode("Migrations/0009_plans_for_any_organization.sql"),
                .embedInCode("Migrations/0010_cheaper_suggestions.sql"),
                .embedInCode("Migrations/0011_cheaper_records.sql"),
                .embedInCode("Migrations/0012_words_in_linear_time.sql"),
            ],
            swiftSettings: strict
        ),
        .testTarget(
            name: "ProcessStoreTests",
            dependencies: [
                "EventLoop", "GRPCNghttp2", "GrimoireAPI", "Postgres", "ProcessStore", "Redis", "SPySyntax",
                "ServiceKit",
                "StableMapping", "SuggestionContent",
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "GRPCCore", package: "grpc-swift-2"),
                .product(name: "GRPCProtobuf", package: "grpc-swift-protobuf"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "SwiftProtobuf", package: "swift-protobuf"),
            ],
            swiftSettings: strict
        ),

        // What tests and benchmarks of several libraries share.
        .target(
            name: "TestSupport",
            dependencies: [.product(name: "Logging", package: "swift-log")],
            path: "Tests/TestSupport",
            swiftSettings: strict
        ),

        .target(name: "SPySyntax", swiftSettings: strict),
        .testTarget(
            name: "SPySyntaxTests",
            dependencies: ["SPySyntax", "TestSupport"],
            exclude: ["CPython/cpython.py", "Cases", "Fuzz/Corpus", "Fuzz/LibFuzzer.txt"],
            swiftSettings: strict
        ),

        .target(name: "SPySandbox", dependencies: ["SPySyntax"], swiftSettings: strict),
        .testTarget(
            name: "SPySandboxTests",
            dependencies: ["SPySandbox", "SPySyntax", "TestSupport"],
            exclude: ["Benchmarks", "Engines/Cases", "Fuzz/Corpus", "Fuzz/LibFuzzer.txt", "Programs"],
            swiftSettings: strict
        ),

        .target(name: "SPyAnalysis", dependencies: ["SPySyntax"], swiftSettings: strict),
        .testTarget(
            name: "SPyAnalysisTests",
            dependencies: ["SPyAnalysis", "SPySyntax"],
            exclude: ["Data"],
            swiftSettings: strict
        ),

        .target(name: "StableMapping", dependencies: ["SPySyntax"], swiftSettings: strict),
        .testTarget(
            name: "StableMappingTests",
            dependencies: ["SPyAnalysis", "SPySyntax", "StableMapping", "TestSupport"],
            exclude: ["Matching/pairs.txt"],
            swiftSettings: strict
        ),

        .target(
            name: "SPyTool",
            dependencies: ["SPyAnalysis", "SPySandbox", "SPySyntax"],
            swiftSettings: strict
        ),
        .testTarget(name: "SPyToolTests", dependencies: ["SPyTool"], swiftSettings: strict),

        .target(
            name: "MappingServing",
            dependencies: [
                "EventLoop", "GRPCNghttp2", "GrimoireAPI", "Redis", "ServiceKit",
                .product(name: "CoreMetrics", package: "swift-metrics"),
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "GRPCCore", package: "grpc-swift-2"),
                .product(name: "GRPCProtobuf", package: "grpc-swift-protobuf"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "SwiftProtobuf", package: "swift-protobuf"),
            ],
            swiftSettings: strict
        ),

        .testTarget(
            name: "MappingServingTests",
            dependencies: [
                "EventLoop", "GRPCNghttp2", "GrimoireAPI", "MappingServing", "ServiceKit", "TestSupport",
                .product(name: "GRPCCore", package: "grpc-swift-2"),
                .product(name: "SwiftProtobuf", package: "swift-protobuf"),
            ],
            swiftSettings: strict
        ),

        // What goes to a language model and what comes back, as values: filters, prompts, context, findings, patches.
        .target(
            name: "SuggestionContent",
            dependencies: [
                "SPyAnalysis", "SPySandbox", "SPySyntax", "StableMapping",
                .product(name: "Crypto", package: "swift-crypto"),
            ],
            resources: [
                .embedInCode("Prompts/analysis.v1.prompt"), .embedInCode("Prompts/chat-system.v1.prompt"),
                .embedInCode("Prompts/compaction.v1.prompt"), .embedInCode("Prompts/context.v1.prompt"),
                .embedInCode("Prompts/documentation.v1.prompt"), .embedInCode("Prompts/insights.v1.prompt"),
                .embedInCode("Prompts/plan.v1.prompt"), .embedInCode("Prompts/report-system.v1.prompt"),
            ],
            swiftSettings: strict
        ),
        .testTarget(
            name: "SuggestionContentTests",
            dependencies: ["SPyAnalysis", "SPySyntax", "StableMapping", "SuggestionContent", "TestSupport"],
            exclude: ["Filter/Data", "Fuzz/Corpus", "Prompts/Golden"],
            swiftSettings: strict
        ),
        // WebSocket (RFC 6455) over swift-nio's codec.
        .target(
            name: "WebSocketServing",
            dependencies: [
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOWebSocket", package: "swift-nio"),
            ],
            swiftSettings: strict
        ),
        .testTarget(
            name: "WebSocketServingTests",
            dependencies: [
                "TestSupport", "WebSocketServing", .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
            ],
            exclude: ["Fuzz/Corpus"],
            swiftSettings: strict
        ),
        .target(
            name: "SuggestionServing",
            dependencies: [
                "Curl", "EventLoop", "GRPCNghttp2", "GrimoireAPI", "LiteLLM", "Redis", "ServiceKit",
                "StableMapping", "SuggestionContent",
                "WebSocketServing",
                .product(name: "CoreMetrics", package: "swift-metrics"),
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "DequeModule", package: "swift-collections"),
                .product(name: "GRPCCore", package: "grpc-swift-2"),
                .product(name: "GRPCProtobuf", package: "grpc-swift-protobuf"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "SwiftProtobuf", package: "swift-protobuf"),
            ],
            swiftSettings: strict
        ),
        .testTarget(
            name: "SuggestionServingTests",
            dependencies: [
                "EventLoop", "GRPCNghttp2", "GrimoireAPI", "LiteLLM", "Redis", "ServiceKit",
                "SuggestionContent",
                "SuggestionServing", "TestSupport", "WebSocketServing",
                .product(name: "CoreMetrics", package: "swift-metrics"),
                .product(name: "GRPCCore", package: "grpc-swift-2"),
                .product(name: "GRPCProtobuf", package: "grpc-swift-protobuf"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "SwiftProtobuf", package: "swift-protobuf"),
            ],
            exclude: ["Fuzz/Corpus"],
            swiftSettings: strict
        ),

        // gRPC's interoperability tests: client and server over any transport, as a suite and as programs for other peers.
        .target(
            name: "InteropSupport",
            dependencies: [
                "EventLoop", "GRPCNghttp2",
                .product(name: "GRPCCore", package: "grpc-swift-2"),
                .product(name: "GRPCNIOTransportHTTP2", package: "grpc-swift-nio-transport"),
                .product(name: "GRPCProtobuf", package: "grpc-swift-protobuf"),
                .product(name: "SwiftProtobuf", package: "swift-protobuf"),
            ],
            path: "Tests/InteropSupport",
            swiftSettings: strict
        ),
        .testTarget(
            name: "GRPCConformanceTests",
            dependencies: ["InteropSupport", .product(name: "GRPCCore", package: "grpc-swift-2")],
            swiftSettings: strict
        ),
        .executableTarget(
            name: "interop-server",
            dependencies: [
                "InteropSupport",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
            ],
            path: "Tests/InteropPrograms/interop-server",
            swiftSettings: strict
        ),
        .executableTarget(
            name: "interop-client",
            dependencies: [
                "InteropSupport",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
            ],
            path: "Tests/InteropPrograms/interop-client",
            swiftSettings: strict
        ),
        .executableTarget(
            name: "websocket-echo",
            dependencies: [
                "WebSocketServing",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
            ],
            path: "Tests/InteropPrograms/websocket-echo",
            swiftSettings: strict
        ),

        .executableTarget(
            name: "grimoire-processes",
            dependencies: [
                "ProcessStore", "ServiceKit",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            swiftSettings: strict
        ),
        .executableTarget(
            name: "grimoire-mappings",
            dependencies: [
                "MappingServing", "ServiceKit",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            swiftSettings: strict
        ),

        .executableTarget(
            name: "grimoire-suggestions",
            dependencies: [
                "ServiceKit", "SuggestionServing",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            swiftSettings: strict
        ),

        .target(
            name: "BenchmarkAPI",
            dependencies: [
                .product(name: "GRPCCore", package: "grpc-swift-2"),
                .product(name: "GRPCProtobuf", package: "grpc-swift-protobuf"),
                .product(name: "SwiftProtobuf", package: "swift-protobuf"),
            ],
            path: "Tests/Benchmarks/BenchmarkAPI",
            swiftSettings: strict
        ),
        .executableTarget(
            name: "TransportBenchServer",
            dependencies: [
                "BenchmarkAPI", "EventLoop", "GRPCNghttp2",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "GRPCCore", package: "grpc-swift-2"),
                .product(name: "GRPCNIOTransportHTTP2Posix", package: "grpc-swift-nio-transport"),
                .product(name: "GRPCProtobuf", package: "grpc-swift-protobuf"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "SwiftProtobuf", package: "swift-protobuf"),
            ],
            path: "Tests/Benchmarks/TransportBenchServer",
            swiftSettings: strict
        ),
        .executableTarget(
            name: "TransportBenchClient",
            dependencies: [
                "BenchmarkAPI", "EventLoop", "GRPCNghttp2", "TestSupport",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "GRPCCore", package: "grpc-swift-2"),
                .product(name: "GRPCNIOTransportHTTP2Posix", package: "grpc-swift-nio-transport"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "SwiftProtobuf", package: "swift-protobuf"),
            ],
            path: "Tests/Benchmarks/TransportBenchClient",
            swiftSettings: strict
        ),
        .executableTarget(
            name: "ProcessBenchClient",
            dependencies: [
                "EventLoop", "GRPCNghttp2", "GrimoireAPI", "TestSupport",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "GRPCCore", package: "grpc-swift-2"),
                .product(name: "SwiftProtobuf", package: "swift-protobuf"),
            ],
            path: "Tests/Benchmarks/ProcessBenchClient",
            swiftSettings: strict
        ),
        .executableTarget(
            name: "SuggestionBench",
            dependencies: [
                "Curl", "EventLoop", "GRPCNghttp2", "GrimoireAPI",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "GRPCCore", package: "grpc-swift-2"),
                .product(name: "SwiftProtobuf", package: "swift-protobuf"),
            ],
            path: "Tests/Benchmarks/SuggestionBench",
            swiftSettings: strict
        ),

        .executableTarget(
            name: "grimoire",
            dependencies: [
                "SPyTool",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            swiftSettings: strict
        ),

        .executableTarget(
            name: "SPyBench",
            dependencies: [
                "SPyAnalysis", "SPySandbox", "SPySyntax",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            path: "Tests/Benchmarks/SPyBench",
            exclude: ["Programs", "cpython.py"],
            swiftSettings: strict
        ),
        .executableTarget(
            name: "MappingBench",
            dependencies: ["SPySyntax", "StableMapping", "TestSupport"],
            path: "Tests/Benchmarks/MappingBench",
            swiftSettings: strict,
            // Nothing that it depends on imports Foundation, which elsewhere brings the library along.
            linkerSettings: [.linkedLibrary("m")]
        ),
    ]
)
