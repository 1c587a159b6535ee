import Glibc
import Sampling

/// The command that the schedule starts, and what it touches.
struct ScheduledRun {
    let binary: String
    let store: String
    let engine: Engine

    enum Engine: Equatable {
        case none
        /// Whichever the run finds where it runs.
        case usual
        /// The socket of the engine that a person's settings name, which the run does not see.
        case at(String)
    }

    /// Paths become absolute, since neither cron nor systemd runs anything in this directory, and lose their
    /// `..`, which systemd refuses.
    /// - Throws: where a path would need quoting of its own.
    init(binary: String?, store: String?, engine: Sampler.EngineChoice) throws {
        guard let binary = binary ?? Self.runningProgram else {
            throw Failure("cannot tell where this program lies: name it with --binary")
        }
        self.binary = try Self.plain(HostPath.normal(HostPath.absolute(binary)))
        self.store = try Self.plain(HostPath.normal(HostPath.absolute(store ?? Self.systemStore)))
        self.engine =
            switch engine {
            case .none: .none
            case .at(let address) where address.isExplicit: .at(try Self.plain(address.socketPath))
            case .at: .usual
            }
    }

    /// The default of `rightsize sample` for root, who runs it.
    static let systemStore = "/var/lib/rightsize/store.db"

    var storeDirectory: String {
        "/" + store.split(separator: "/").dropLast().joined(separator: "/")
    }

    /// The engine's socket where it is known.
    private var socket: String? {
        if case .at(let path) = engine { path } else { nil }
    }

    /// The words of the command, before any quoting.
    var command: [String] {
        let asked: [String] =
            switch engine {
            case .none: ["--no-engine"]
            case .usual: []
            case .at(let path): ["--engine", "unix://" + path]
            }
        return [binary, "sample", "--quiet"] + asked + ["--store", store]
    }

    /// Whose engine it is where it is not root's: a rootless engine's socket lies in its user's own
    /// directory, which root without capabilities cannot enter.
    var rootlessUser: uid_t? {
        guard let socket else { return nil }
        var status = stat()
        if stat(socket, &status) == 0 { return status.st_uid == 0 ? nil : status.st_uid }
        let parts = socket.split(separator: "/")
        guard parts.starts(with: ["run", "user"]), parts.count > 2 else { return nil }
        return uid_t(parts[2]).flatMap { $0 == 0 ? nil : $0 }
    }

    /// Whether anything that the run needs lies in one of `directories`.
    func needs(_ directories: [String]) -> Bool {
        [binary, store, socket ?? ""].contains { path in
            [path, Self.resolved(path)].contains { path in
                directories.contains { path.hasPrefix($0 + "/") }
            }
        }
    }

    private static var runningProgram: String? {
        guard let path = realpath("/proc/self/exe", nil) else { return nil }
        defer { free(path) }
        return String(cString: path)
    }

    /// `path` with the links of its directory followed, as far as that exists.
    private static func resolved(_ path: String) -> String {
        let parts = path.split(separator: "/")
        for count in stride(from: parts.count, to: 0, by: -1) {
            guard let real = realpath("/" + parts[..<count].joined(separator: "/"), nil) else {
                continue
            }
            defer { free(real) }
            return ([String(cString: real)] + parts[count...].map(String.init))
                .joined(separator: "/")
        }
        return path
    }

    /// Refuses what cron, the shell and systemd each quote in their own way.
    private static func plain(_ path: String) throws -> String {
        for scalar in path.unicodeScalars {
            guard
                scalar.value < 32 || scalar.value == 127
                    || "\"'\\$`".unicodeScalars.contains(scalar)
            else { continue }
            throw Failure(
                "cannot schedule with the path \(path.debugDescription): \(scalar.debugDescription) "
                    + "means something else to cron and systemd; use a path without it")
        }
        return path
    }
}
