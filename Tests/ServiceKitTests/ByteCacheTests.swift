import ServiceKit
import Testing

@Suite struct ByteCacheTests {
    @Test func whatWasUsedLongestAgoGoesFirst() {
        var cache = ByteCache<String, Int>(limit: 30)
        cache.insert(1, for: "a", bytes: 10)
        cache.insert(2, for: "b", bytes: 10)
        cache.insert(3, for: "c", bytes: 10)
        #expect(cache.value("a") == 1)
        cache.insert(4, for: "d", bytes: 10)
        #expect(cache.value("b") == nil)
        #expect(["a", "c", "d"].map { cache.value($0) } == [1, 3, 4])
        cache.insert(5, for: "e", bytes: 25)
        #expect(cache.count == 1)
        #expect(cache.bytes == 25)
    }

    @Test func whatIsLargerThanTheCacheIsNotKept() {
        var cache = ByteCache<String, Int>(limit: 30)
        cache.insert(1, for: "a", bytes: 10)
        cache.insert(2, for: "b", bytes: 31)
        #expect(cache.value("b") == nil)
        #expect(cache.value("a") == 1)
        cache.insert(3, for: "a", bytes: 31)
        #expect(cache.value("a") == nil)
    }

    @Test func aModelAgrees() {
        var cache = ByteCache<Int, Int>(limit: 100)
        var model: [(key: Int, value: Int, bytes: Int)] = []
        var state: UInt64 = 1
        func random(_ below: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int((state >> 33) % UInt64(below))
        }
        for step in 0..<20_000 {
            let key = random(20)
            switch random(3) {
            case 0:
                let bytes = random(40) + 1
                cache.insert(step, for: key, bytes: bytes)
                model.removeAll { $0.key == key }
                while model.reduce(0, { $0 + $1.bytes }) + bytes > 100 { model.removeFirst() }
                model.append((key, step, bytes))
            case 1:
                #expect(cache.value(key) == model.first { $0.key == key }?.value)
                if let index = model.firstIndex(where: { $0.key == key }) {
                    model.append(model.remove(at: index))
                }
            default:
                cache.remove(key)
                model.removeAll { $0.key == key }
            }
            #expect(cache.bytes == model.reduce(0) { $0 + $1.bytes })
            #expect(cache.count == model.count)
        }
    }
}
