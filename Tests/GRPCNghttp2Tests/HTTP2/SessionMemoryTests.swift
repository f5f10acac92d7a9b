import CNghttp2
import Glibc
import Testing

@testable import GRPCNghttp2

/// Memory of sessions: blocks in their places, what has none from `malloc`, and slabs that come back as zeros.
@Suite struct SessionMemoryTests {
    private let memory = SessionMemory()

    /// Allocates as nghttp2 does, by the functions it is given, and gives the slab back at the end.
    private func withSlab(_ body: (Slab, nghttp2_mem) throws -> Void) throws {
        let slab = try #require(memory.takeSlab())
        defer { memory.give(slab) }
        try body(slab, slab.functions)
    }

    private func offset(_ block: UnsafeMutableRawPointer?, in slab: Slab) throws -> Int {
        try #require(block) - slab.base
    }

    @Test func aSessionAndTheBeginningOfItsBufferShareTheFirstPage() throws {
        try withSlab { slab, functions in
            let session = try offset(functions.calloc(1, 2_928, functions.mem_user_data), in: slab)
            let table = try offset(functions.malloc(1_024, functions.mem_user_data), in: slab)
            let buffer = try offset(functions.realloc(nil, 16_395, functions.mem_user_data), in: slab)
            #expect(session + 2_928 <= buffer)
            #expect(buffer <= 4_096 - 512)
            #expect(buffer + 16_395 <= table)
        }
    }

    @Test(arguments: [1, 64, 1_023, 21_000, 1 << 20])
    func whatIsSmallOrHasNoPlaceComesFromMalloc(size: Int) throws {
        try withSlab { slab, functions in
            let block = try #require(functions.calloc(1, size, functions.mem_user_data))
            #expect(!(0..<Slab.byteCount).contains(block - slab.base))
            functions.free(block, functions.mem_user_data)
        }
    }

    @Test func blocksNeverOverlapAndEndWithTheSlab() throws {
        try withSlab { slab, functions in
            var taken: [Range<Int>] = []
            for size in [2_928, 1_024, 1_024, 4_096, 16_395, 2_048, 1_024, 16_395, 1_024] {
                let block = try #require(functions.malloc(size, functions.mem_user_data))
                let range = block - slab.base..<block - slab.base + size
                if (0..<Slab.byteCount).contains(range.lowerBound) {
                    #expect(range.upperBound <= Slab.byteCount)
                    #expect(!taken.contains { $0.overlaps(range) })
                    taken.append(range)
                } else {
                    functions.free(block, functions.mem_user_data)
                }
            }
            #expect(taken.count >= 5)
        }
    }

    @Test func aBlockThatGrowsTakesItsBytesAlong() throws {
        try withSlab { slab, functions in
            let block = try #require(functions.malloc(1_024, functions.mem_user_data))
            #expect(block - slab.base < Slab.byteCount)
            memset(block, 7, 1_024)
            let grown = try #require(functions.realloc(block, 4_096, functions.mem_user_data))
            defer { functions.free(grown, functions.mem_user_data) }
            #expect(UnsafeRawBufferPointer(start: grown, count: 1_024).allSatisfy { $0 == 7 })
        }
    }

    @Test func aSlabThatWasUsedComesBackAsZeros() throws {
        var used: Set<UnsafeMutableRawPointer> = []
        for _ in 0..<3 {
            try withSlab { slab, functions in
                used.insert(slab.base)
                let block = try #require(functions.calloc(1, 4_096, functions.mem_user_data))
                #expect(UnsafeRawBufferPointer(start: block, count: 4_096).allSatisfy { $0 == 0 })
                memset(block, 0xFF, 4_096)
            }
        }
        #expect(used.count == 1)
    }

    @Test func aProductBeyondAnIntIsNoMemory() throws {
        try withSlab { _, functions in
            #expect(functions.calloc(Int.max, 3, functions.mem_user_data) == nil)
        }
    }
}
