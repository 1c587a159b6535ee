import Glibc

/// The rightsize program as users run it: `RIGHTSIZE_BINARY` where it is set (`make test` sets it to the
/// release build), else the debug build beside the tests.
package enum Program {
    package static var path: String {
        if let path = getenv("RIGHTSIZE_BINARY") { return String(cString: path) }
        let tests = CommandLine.arguments.first ?? ""
        return tests.split(separator: "/", omittingEmptySubsequences: false).dropLast()
            .joined(separator: "/") + "/rightsize"
    }

    package struct Result {
        /// The exit code; 128 + the signal's number where one ended it.
        package var code: Int32
        package var output: String
        package var errors: String
    }

    /// Runs it to its end.
    /// - Parameters:
    ///   - environment: all of it, beside PATH.
    ///   - signal: sent once the first line is on stdout.
    package static func run(
        _ arguments: [String], environment: [String: String] = ["LANG": "C.UTF-8"],
        in directory: String? = nil, program: String = path, signal: Int32? = nil
    ) throws -> Result {
        let files = try TemporaryDirectory()
        let (outPath, errorPath) = (files.path + "/out", files.path + "/err")
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        let flags = O_WRONLY | O_CREAT
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 1, outPath, flags, 0o600)
        posix_spawn_file_actions_addopen(&actions, 2, errorPath, flags, 0o600)
        var environment = environment
        environment["PATH"] = environment["PATH"] ?? "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin"
        // posix_spawn itself cannot change the directory portably; env(1) can.
        let command = directory.map { ["/usr/bin/env", "-C", $0, program] } ?? [program]
        // A test runner may block signals, which its children would inherit.
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var nothing = sigset_t()
        sigemptyset(&nothing)
        posix_spawnattr_setsigmask(&attributes, &nothing)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))

        var process: pid_t = 0
        let spawned = withStrings(command + arguments) { argv in
            withStrings(environment.map { "\($0)=\($1)" }) { envp in
                posix_spawn(&process, command[0], &actions, &attributes, argv, envp)
            }
        }
        guard spawned == 0 else {
            throw TestFailure("cannot run \(program): \(String(cString: strerror(spawned)))")
        }
        if let signal {
            for _ in 0..<1000 where (try? readFile(outPath))?.contains(10) != true {
                usleep(10_000)
            }
            kill(process, signal)
        }
        var status: Int32 = 0
        while waitpid(process, &status, 0) < 0, errno == EINTR {}
        return Result(
            code: status & 0x7f == 0 ? (status >> 8) & 0xff : 128 + (status & 0x7f),
            output: String(decoding: try readFile(outPath), as: UTF8.self),
            errors: String(decoding: try readFile(errorPath), as: UTF8.self))
    }

    private static func withStrings<Value>(
        _ strings: [String], _ body: (UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>) -> Value
    ) -> Value {
        var pointers: [UnsafeMutablePointer<CChar>?] = strings.map { strdup($0) } + [nil]
        defer { for pointer in pointers { free(pointer) } }
        return body(&pointers)
    }
}
