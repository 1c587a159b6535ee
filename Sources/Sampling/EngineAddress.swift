import Glibc

/// Where the container engine listens.
package struct EngineAddress: Hashable, Sendable {
    package var socketPath: String
    /// Whether a person asked for just this engine: then its absence is an error, not a host without one.
    package var isExplicit: Bool
    package var source: Source

    /// What named an engine's address.
    package enum Source: Hashable, Sendable {
        /// `--engine`.
        case option
        case dockerHost
        /// In words: "the docker context 'build', which is set by DOCKER_CONTEXT".
        case context(String)
        /// Nothing: one of the usual sockets.
        case usualSocket
    }

    private static let scheme = "unix://"

    /// - Parameter dockerHost: the value of `DOCKER_HOST`, nil or empty where it is not set.
    package init(dockerHost: String?) throws(SamplingError) {
        guard let dockerHost, !dockerHost.isEmpty else {
            self.init(firstOf: ["/var/run/docker.sock"])
            return
        }
        try self.init(dockerHost, source: .dockerHost)
    }

    private init(_ address: String, source: Source) throws(SamplingError) {
        guard address.hasPrefix(Self.scheme) else {
            throw .engineAddress(
                address, source: source.description,
                reason: "only Unix sockets are read, since the kernel files of another host are "
                    + "out of reach")
        }
        let path = String(address.dropFirst(Self.scheme.count))
        guard path.hasPrefix("/") else {
            throw .engineAddress(
                address, source: source.description, reason: "the socket's path is not absolute")
        }
        socketPath = path
        isExplicit = true
        self.source = source
    }

    /// The first that exists, or where none does, the first.
    init(firstOf paths: [String]) {
        socketPath = paths.first(where: Self.isSocket) ?? paths[0]
        isExplicit = false
        source = .usualSocket
    }

    /// A directory of that name is what `docker run -v` leaves where it found no socket.
    private static func isSocket(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFSOCK
    }
}

extension EngineAddress.Source: CustomStringConvertible {
    package var description: String {
        switch self {
        case .option: "--engine"
        case .dockerHost: "DOCKER_HOST"
        case .context(let words): words
        case .usualSocket: "the default"
        }
    }

    /// Beside an address: "from DOCKER_HOST".
    package var origin: String { self == .usualSocket ? description : "from \(description)" }

    /// What to do to have another engine asked.
    package var remedy: String {
        switch self {
        case .option: "give another address with --engine"
        case .dockerHost: "set DOCKER_HOST to another address"
        case .context: "choose another context, or give an address with --engine"
        case .usualSocket: "give its address with --engine unix:///PATH"
        }
    }
}

extension EngineAddress {
    /// The engine that the docker command would ask, then those that need no settings:
    ///
    /// | | |
    /// |---|---|
    /// | 1 | `explicit`, from `--engine` |
    /// | 2 | `DOCKER_HOST` |
    /// | 3 | the current docker context, unless it is "default" |
    /// | 4 | the first socket there is: Docker's, rootless Docker's, rootless Podman's, Podman's |
    ///
    /// - Parameters:
    ///   - environment: the value of a variable; an empty one counts as not set, as for docker.
    ///   - home: the user's home directory, for docker's settings.
    package static func resolve(
        explicit: String?, environment: (String) -> String?, home: String?
    ) throws(SamplingError) -> EngineAddress {
        func variable(_ name: String) -> String? {
            environment(name).flatMap { $0.isEmpty ? nil : $0 }
        }
        if let explicit { return try EngineAddress(explicit, source: .option) }
        if let host = variable("DOCKER_HOST") {
            return try EngineAddress(host, source: .dockerHost)
        }
        let directory = variable("DOCKER_CONFIG") ?? home.map { $0 + "/.docker" }
        if let context = try DockerContext(
            directory: directory, named: variable("DOCKER_CONTEXT"))
        {
            return try EngineAddress(context.host, source: .context(context.source))
        }
        // cron sets no XDG_RUNTIME_DIR; systemd's place for it is fixed (pam_systemd(8)).
        let runtime = variable("XDG_RUNTIME_DIR") ?? "/run/user/\(getuid())"
        return EngineAddress(firstOf: [
            "/var/run/docker.sock", "\(runtime)/docker.sock", "\(runtime)/podman/podman.sock",
            "/run/podman/podman.sock",
        ])
    }
}
