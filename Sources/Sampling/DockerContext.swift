import Glibc

/// The docker command's current context (docs.docker.com/engine/manage-resources/contexts): a name for an
/// engine's address, kept in the user's docker settings.
///
///     ~/.docker/config.json                        {"currentContext": "build"}
///     ~/.docker/contexts/meta/SHA256/meta.json     {"Name": "build", "Endpoints": {"docker": {"Host": "unix:///…"}}}
struct DockerContext: Equatable {
    var name: String
    /// Its address, of any kind.
    var host: String
    /// Where its name was found, for people.
    var source: String

    /// - Parameters:
    ///   - directory: docker's settings, nil where there are none.
    ///   - chosen: the value of `DOCKER_CONTEXT`.
    /// - Returns: nil for the context "default", which stands for no context.
    init?(directory: String?, named chosen: String?) throws(SamplingError) {
        var name = chosen
        if name == nil, let directory { name = try Self.currentName(in: directory) }
        guard let name, name != "default" else { return nil }
        self.name = name
        source =
            "the docker context '\(name)', which is set by "
            + (chosen != nil ? "DOCKER_CONTEXT" : "\(directory ?? "")/config.json")
        guard let directory, let host = Self.host(of: name, in: directory + "/contexts/meta")
        else {
            throw .engineAddress(
                "", source: source,
                reason: "there is no such context with an address in "
                    + "\(directory.map { $0 + "/contexts/meta" } ?? "a home directory")")
        }
        self.host = host
    }

    /// `currentContext` of config.json. A file that may not be read counts as none: a service that is
    /// shut out of home directories (systemd's `ProtectHome=`) has no docker settings.
    private static func currentName(in directory: String) throws(SamplingError) -> String? {
        let path = directory + "/config.json"
        guard let bytes = contents(path) else { return nil }
        var json = EngineJSON(bytes[...])
        var name: String?
        do {
            try json.members { (key, json) throws(EngineJSON.Malformed) in
                if "currentContext" ~= key { name = try json.string() } else { try json.skip() }
            }
        } catch {
            // Which engine is meant cannot be known: another one's figures would be worse than none.
            throw .engineAddress(
                "", source: "the current docker context",
                reason: "\(path) is not JSON (byte \(error.position))")
        }
        return name.flatMap { $0.isEmpty ? nil : $0 }
    }

    /// A context's directory is named by the SHA-256 of the context's name; but the name is also in it,
    /// and there are few: looking into each needs no cryptography.
    private static func host(of name: String, in directory: String) -> String? {
        for entry in HostFiles().names(in: directory) ?? [] {
            guard let bytes = contents("\(directory)/\(entry)/meta.json"),
                case let meta = Metadata(bytes), meta.name == name
            else { continue }
            return meta.host
        }
        return nil
    }

    private struct Metadata {
        var name: String?
        var host: String?

        init(_ bytes: [UInt8]) {
            var json = EngineJSON(bytes[...])
            var (name, host) = (String?.none, String?.none)
            // Another context's damage is not ours; this one's shows as a missing address.
            try? json.members { (key, json) throws(EngineJSON.Malformed) in
                switch key {
                case "Name": name = try json.string()
                case "Endpoints":
                    try json.members { (key, json) throws(EngineJSON.Malformed) in
                        guard "docker" ~= key else { return try json.skip() }
                        try json.members { (key, json) throws(EngineJSON.Malformed) in
                            if "Host" ~= key { host = try json.string() } else { try json.skip() }
                        }
                    }
                default: try json.skip()
                }
            }
            (self.name, self.host) = (name, host.flatMap { $0.isEmpty ? nil : $0 })
        }
    }

    /// A settings file, at most 1 MiB of it.
    private static func contents(_ path: String) -> [UInt8]? {
        // O_NONBLOCK: a FIFO in its place must not hang the sampler.
        let file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard file >= 0 else { return nil }
        defer { close(file) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 16 << 10)
        while bytes.count < 1 << 20, case let count = read(file, &buffer, buffer.count), count > 0 {
            bytes += buffer[..<count]
        }
        return bytes
    }
}
