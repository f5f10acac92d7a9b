internal import CNghttp2
internal import Glibc
internal import Synchronization

/// Where sessions keep what they allocate for as long as they live, laid out such that an idle one touches one page.
///
/// A new `nghttp2_session` takes 25 KiB from its allocator: itself (3 KiB), an output buffer of a whole frame (16 KiB), of which an
/// idle connection uses the first hundred bytes, and tables for streams and headers that stay empty (6 KiB). From
/// `malloc` they share their pages, so that all of them become resident: 14.6 KiB for each idle connection. Here the
/// session and the beginning of its buffer share the first page of a slab, and the tables lie behind, untouched.
///
/// The kernel gives memory that is zero and takes it back by `madvise(2)`: what `calloc` needs, and closed connections
/// cost nothing but addresses. Whatever does not fit, or is small or short-lived, comes from `malloc` as always: what
/// nghttp2 allocates is its own matter, and may change.
final class SessionMemory: Sendable {
    static let shared = SessionMemory()

    /// Slabs that no session uses, all of them zero.
    private let free = Mutex<[UInt]>([])

    /// A slab for one session, with the functions that allocate from it; nil where the kernel has no memory.
    func takeSlab() -> Slab? {
        free.withLock { free in
            if free.isEmpty { free = Self.map() }
            guard let address = free.popLast(), let base = UnsafeMutableRawPointer(bitPattern: address) else {
                return nil
            }
            return Slab(base)
        }
    }

    /// Takes a slab back whose session is no more.
    func give(_ slab: Slab) {
        madvise(slab.base, Slab.byteCount, MADV_DONTNEED)
        free.withLock { $0.append(UInt(bitPattern: slab.base)) }
    }

    /// New slabs: many at once, since each mapping is an entry in the kernel's table.
    private static func map(count: Int = 64) -> [UInt] {
        let length = count * Slab.byteCount
        let flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE
        guard let region = mmap(nil, length, PROT_READ | PROT_WRITE, flags, -1, 0), region != MAP_FAILED
        else { return [] }
        // A huge page would be resident for the one page of it that is used.
        madvise(region, length, MADV_NOHUGEPAGE)
        return (0..<count).reversed().map { UInt(bitPattern: region + $0 * Slab.byteCount) }
    }
}

/// The memory of one session. Confined to whoever uses the session.
struct Slab {
    /// The first page with the session, four of its output buffer, and two for tables.
    static let byteCount = 7 * 4096

    /// What is smaller comes and goes with streams and frames, and `malloc` is made for that.
    private static let smallest = 1024
    /// What is larger is a buffer, filled from its beginning: this goes behind the session, across pages.
    private static let buffer = 8192
    /// Tables begin here: behind the session and its output buffer.
    private static let tables = 20_480

    /// At the beginning of the slab: what has been allocated.
    private struct Head {
        var front: Int
        var hasBuffer: Bool
        var back: Int
        /// Where the blocks begin and end, by which they can be moved.
        var blocks: (Block, Block, Block, Block, Block, Block)
        var blockCount: Int
    }

    private struct Block {
        var start: Int
        var end: Int
    }

    let base: UnsafeMutableRawPointer

    fileprivate init(_ base: UnsafeMutableRawPointer) {
        self.base = base
        let head = base.bindMemory(to: Head.self, capacity: 1)
        head.pointee.front = (MemoryLayout<Head>.size + 15) & ~15
        head.pointee.back = Self.tables
    }

    /// The functions that nghttp2 is to allocate with, which use this slab as long as it is not taken back.
    var functions: nghttp2_mem {
        nghttp2_mem(
            mem_user_data: base,
            malloc: { size, slab in Slab.of(slab).allocate(size) ?? malloc(size) },
            free: { block, slab in
                // A block of the slab goes with its session.
                if let block, Slab.of(slab).offset(of: block) == nil { Glibc.free(block) }
            },
            calloc: { count, size, slab in
                let (total, overflow) = count.multipliedReportingOverflow(by: size)
                return overflow ? nil : Slab.of(slab).allocate(total) ?? calloc(count, size)
            },
            realloc: { block, size, slab in
                guard let block else { return Slab.of(slab).allocate(size) ?? malloc(size) }
                guard let old = Slab.of(slab).byteCount(of: block) else { return realloc(block, size) }
                guard let new = malloc(size) else { return nil }
                memcpy(new, block, min(old, size))
                return new
            }
        )
    }

    private static func of(_ pointer: UnsafeMutableRawPointer?) -> Slab {
        guard let pointer else { preconditionFailure("nghttp2 hands back what it was given") }
        return Slab(existing: pointer)
    }

    private init(existing base: UnsafeMutableRawPointer) { self.base = base }

    private var head: UnsafeMutablePointer<Head> { base.assumingMemoryBound(to: Head.self) }

    /// A block of zeros; nil where it has no place here.
    private func allocate(_ size: Int) -> UnsafeMutableRawPointer? {
        guard size >= Self.smallest, head.pointee.blockCount < 6 else { return nil }
        let rounded = (size + 15) & ~15
        let start: Int
        if head.pointee.blockCount == 0 || size >= Self.buffer {
            start = head.pointee.front
            guard !head.pointee.hasBuffer, rounded <= Self.tables - start else { return nil }
            head.pointee.hasBuffer = size >= Self.buffer
            head.pointee.front += rounded
        } else {
            start = head.pointee.back
            guard rounded <= Self.byteCount - start else { return nil }
            head.pointee.back += rounded
        }
        withUnsafeMutableBytes(of: &head.pointee.blocks) {
            $0.bindMemory(to: Block.self)[head.pointee.blockCount] = Block(start: start, end: start + size)
        }
        head.pointee.blockCount += 1
        return base + start
    }

    private func offset(of block: UnsafeMutableRawPointer) -> Int? {
        let offset = UInt(bitPattern: block) &- UInt(bitPattern: base)
        return offset < UInt(Self.byteCount) ? Int(offset) : nil
    }

    private func byteCount(of block: UnsafeMutableRawPointer) -> Int? {
        guard let offset = offset(of: block) else { return nil }
        return withUnsafeBytes(of: head.pointee.blocks) {
            $0.bindMemory(to: Block.self).first { $0.start == offset && $0.end > offset }.map {
                $0.end - $0.start
            }
        }
    }
}
