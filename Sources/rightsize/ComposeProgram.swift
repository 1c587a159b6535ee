import Compose
import Files
import Glibc

/// Docker Compose itself as a witness.
struct ComposeProgram {
    var docker = "docker"
    /// For each time that it is asked.
    var secondsMax = 20.0

    /// What it says of files that it has taken so far.
    enum Verdict: Equatable {
        case takes, refuses
        /// Nothing is proved, for a reason that a person should know.
        case unproved(String)
    }

    /// A file as it shall be.
    struct File {
        var path: String
        /// Nil where it stays as it is.
        var bytes: [UInt8]?
    }

    /// Asks `docker compose config` about the files as they are and as they shall be.
    ///
    /// - Parameter environment: the project's `.env` as it shall be; nil where it stays as it is.
    /// - Throws: where no copies can be written.
    func verdict(
        of files: [File], insteadOf paths: [String], environment: [UInt8]? = nil
    ) throws -> Verdict {
        let slow = Verdict.unproved("'docker compose' takes longer than \(Int(secondsMax)) s")
        switch status(of: [docker, "compose", "version"]) {
        case .ended(0): break
        case .tookTooLong: return slow
        case .ended, .notStarted: return .unproved("'docker compose' is not there")
        }
        switch status(of: arguments(paths, home: paths[0])) {
        case .ended(0): break
        case .tookTooLong: return slow
        case .ended, .notStarted: return .unproved("Compose refuses the files as they are")
        }
        let copies = try ScratchDirectory(for: "verify")
        let patched = try files.enumerated().map { index, file in
            try file.bytes.map { try copies.write("\(index).yaml", $0) } ?? file.path
        }
        let variables = try environment.map { try copies.write("variables.env", $0) }
        return withExtendedLifetime(copies) {
            switch status(of: arguments(patched, home: paths[0], environment: variables)) {
            case .ended(0): .takes
            case .ended: .refuses
            case .tookTooLong: slow
            case .notStarted: .unproved("'docker compose' is not there any more")
            }
        }
    }

    /// Relative paths in a copy start from where the first file lies.
    private func arguments(
        _ files: [String], home path: String, environment: String? = nil
    ) -> [String] {
        [docker, "compose", "--project-directory", HostPath.directory(of: path)]
            + (environment.map { ["--env-file", $0] } ?? [])
            + files.flatMap { ["-f", $0] } + ["config", "-q"]
    }

    // MARK: Running it

    private enum Status {
        /// With the exit code, 128 where a signal ended it.
        case ended(Int32)
        case notStarted, tookTooLong
    }

    /// Runs a program whose output nobody sees. What takes too long is killed with all that it started.
    private func status(of arguments: [String]) -> Status {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        for descriptor in [STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO] {
            posix_spawn_file_actions_addopen(&actions, descriptor, "/dev/null", O_RDWR, 0)
        }
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETPGROUP))
        let pointers: [UnsafeMutablePointer<CChar>?] = arguments.map { strdup($0) } + [nil]
        defer { for pointer in pointers { free(pointer) } }
        var child: pid_t = 0
        guard posix_spawnp(&child, arguments[0], &actions, &attributes, pointers, environ) == 0
        else { return .notStarted }
        var status: Int32 = 0
        for _ in 0..<Int(secondsMax * 50) {
            if waitpid(child, &status, WNOHANG) == child {
                return .ended(status & 0x7F == 0 ? (status >> 8) & 0xFF : 128)
            }
            usleep(20_000)
        }
        kill(-child, SIGKILL)
        waitpid(child, &status, 0)
        return .tookTooLong
    }
}

extension ComposeProgram.Verdict {
    /// - Throws: a `Failure` where Compose takes the old and refuses the new. Where nothing is proved, that is
    ///   said.
    func require() throws {
        switch self {
        case .takes: break
        case .unproved(let reason):
            Console.note("\(reason), so --verify-with-compose proves nothing")
        case .refuses:
            throw Failure(
                "not patched: Compose takes the files as they are and refuses the result; please "
                    + "report this with the files")
        }
    }
}
