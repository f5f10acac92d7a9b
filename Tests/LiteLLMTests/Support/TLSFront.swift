import Foundation

/// TLS of Python's and OpenSSL's in front of a server in the clear, with a certificate of its own.
final class TLSFront: Sendable {
    private let folder: URL
    private let process: Int32
    let port: Int

    var url: String { "https://127.0.0.1:\(port)" }
    /// The certificate, which is its own authority.
    var certificate: String { folder.appending(path: "certificate.pem").path }

    struct NotStarted: Error {}

    /// - Parameters:
    ///   - name: Whose certificate it is, as OpenSSL writes that.
    ///   - port: The server's.
    ///   - protocols: What is agreed to (ALPN).
    init(name: String = "IP:127.0.0.1", port upstream: UInt16, protocols: String = "http/1.1") throws {
        folder = FileManager.default.temporaryDirectory.appending(path: "grimoire-tls-\(UUID())")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let output = Pipe()
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = ["python3", "-c", Self.script, name, "\(upstream)", protocols]
        process.currentDirectoryURL = folder
        process.standardError = FileHandle.nullDevice
        process.standardOutput = output
        try process.run()
        self.process = process.processIdentifier
        let said = String(decoding: output.fileHandleForReading.availableData, as: UTF8.self)
        guard let port = Int(said.filter(\.isNumber)) else { throw NotStarted() }
        self.port = port
    }

    func stop() {
        // Not SIGTERM, which the threads that start programs here have blocked, and the program with them.
        kill(process, SIGKILL)
        try? FileManager.default.removeItem(at: folder)
    }

    private static let script = """
        import socket, ssl, subprocess, sys, threading
        name, upstream, protocols = sys.argv[1:]
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
             "-subj", "/CN=test", "-addext", "subjectAltName=" + name, "-keyout", "key.pem", "-out", "certificate.pem"],
            check=True)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain("certificate.pem", "key.pem")
        context.set_alpn_protocols(protocols.split(","))

        def pump(source, sink):
            try:
                while data := source.recv(65536):
                    sink.sendall(data)
            except OSError:
                pass
            for each in source, sink:
                try:
                    each.shutdown(socket.SHUT_RDWR)
                except OSError:
                    pass

        def serve(plain):
            try:
                client = context.wrap_socket(plain, server_side=True)
            except OSError:
                return
            server = socket.create_connection(("127.0.0.1", int(upstream)))
            threading.Thread(target=pump, args=(client, server), daemon=True).start()
            threading.Thread(target=pump, args=(server, client), daemon=True).start()

        listener = socket.create_server(("127.0.0.1", 0), backlog=256)
        print(listener.getsockname()[1], flush=True)
        while True:
            threading.Thread(target=serve, args=(listener.accept()[0],), daemon=True).start()
        """
}
