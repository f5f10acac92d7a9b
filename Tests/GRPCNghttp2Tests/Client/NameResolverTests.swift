import EventLoop
import Testing

@testable import GRPCNghttp2

@Suite struct NameResolverTests {
    @Test func addressesInNumbersComeBackInOrderWithoutDuplicatesAndWithoutAThread() async throws {
        let executor = OffloadExecutor(width: 1)
        await executor.shutdown()
        let list = try await NameResolver.resolve(Target("ipv4:1.1.1.2:1,1.1.1.1:1,1.1.1.2:1"), on: executor)
        #expect(list.map(\.description) == ["ipv4:1.1.1.2:1", "ipv4:1.1.1.1:1"])
        let number = try await NameResolver.resolve(Target("dns:///[::1]:5"), on: executor)
        #expect(number.map(\.description) == ["ipv6:[::1]:5"])
        let socket = try await NameResolver.resolve(Target("unix:x"), on: executor)
        #expect(socket.map(\.description) == ["unix:x"])
    }

    @Test func localhostIsLookedUpWithItsPort() async throws {
        let executor = OffloadExecutor(width: 1)
        let list = try await NameResolver.resolve(Target("localhost:50051"), on: executor)
        #expect(!list.isEmpty)
        #expect(
            Set(list).isSubset(of: [
                try SocketAddress(host: "127.0.0.1", port: 50_051),
                try SocketAddress(host: "::1", port: 50_051),
            ])
        )
        #expect(Set(list).count == list.count)
        await executor.shutdown()
    }

    @Test func aNameWithoutAnAddressIsNamedInTheError() async throws {
        let executor = OffloadExecutor(width: 1)
        let target = try Target("no-such-host.invalid:1")
        let error = await #expect(throws: TransportError.self) {
            try await NameResolver.resolve(target, on: executor)
        }
        #expect(error?.code == .nameResolution)
        #expect(error?.message.contains("no-such-host.invalid") == true)
        #expect(error?.rawCode != 0)
        await executor.shutdown()
    }

    @Test func anExecutorThatIsShutDownAndACancelledTaskAreTold() async throws {
        let executor = OffloadExecutor(width: 1)
        let target = try Target("localhost:1")
        let cancelled = Task { () -> TransportError? in
            withUnsafeCurrentTask { $0?.cancel() }
            do throws(TransportError) {
                _ = try await NameResolver.resolve(target, on: executor)
                return nil
            } catch {
                return error
            }
        }
        #expect(await cancelled.value?.code == .cancelled)
        await executor.shutdown()
        let error = await #expect(throws: TransportError.self) {
            try await NameResolver.resolve(target, on: executor)
        }
        #expect(error?.code == .nameResolution)
    }
}
