import Compose
import Glibc

/// Docker Compose itself as a witness.
enum ComposeProgram {
    private static let secondsMax = 20.0

    /// Asks `docker compose config` about the files as they are and as they would be.
    ///
    /// - Throws: a `Failure` where it takes the old and refuses the new. Where it is not there, refuses the
    ///   old already, or takes too long, that is said, and nothing is proved.
    static func verify(_ plan: PatchPlan, _ paths: [String]) throws {
        guard status(["docker", "compose", "version"]) == 0 else {
            Console.note("'docker compose' is not there, so --verify-with-compose proves nothing")
            return
        }
        guard status(arguments(paths, paths)) == 0 else {
            Console.note(
                "Compose refuses the files as they are, so --verify-with-compose proves nothing")
            return
        }
        var template = Array("/tmp/rightsize-verify-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw Failure("no directory can be made in /tmp") }
        let directory = template.withUnsafeBufferPointer { String(cString: $0.baseAddress!) }
        var patched: [String] = []
        defer {
            for path in patched { unlink(path) }
            rmdir(directory)
        }
        for (index, path) in paths.enumerated() {
            guard let change = plan.changes.first(where: { $0.path == path }) else {
                patched.append(path)
                continue
            }
            let copy = "\(directory)/\(index).yaml"
            try write(change.patched, to: copy)
            patched.append(copy)
        }
        defer { patched.removeAll { paths.contains($0) } }
        switch status(arguments(patched, paths)) {
        case 0: return
        case nil: Console.note("Compose takes longer than \(Int(secondsMax)) s; it proved nothing")
        default:
            throw Failure(
                "not patched: Compose takes the files as they are and refuses the result; please "
                    + "report this with the files")
        }
    }

    private static func arguments(_ files: [String], _ originals: [String]) -> [String] {
        let home = originals[0].lastIndex(of: "/").map { String(originals[0][...$0]) } ?? "."
        return ["docker", "compose", "--project-directory", home]
            + files.flatMap { ["-f", $0] } + ["config", "-q"]
    }

    private static func write(_ bytes: [UInt8], to path: String) throws {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw Failure("cannot write \(path)") }
        defer { close(descriptor) }
        guard
            bytes.withUnsafeBytes({ Glibc.write(descriptor, $0.baseAddress, $0.count) })
                == bytes.count
        else { throw Failure("cannot write \(path)") }
    }

    /// The exit status of a program whose output nobody sees; nil where it took too long, 127 where it is
    /// not there.
    private static func status(_ arguments: [String]) -> Int32? {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        for descriptor in [STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO] {
            posix_spawn_file_actions_addopen(&actions, descriptor, "/dev/null", O_RDWR, 0)
        }
        var pointers: [UnsafeMutablePointer<CChar>?] = arguments.map { strdup($0) }
        pointers.append(nil)
        defer { for pointer in pointers { free(pointer) } }
        var child: pid_t = 0
        guard posix_spawnp(&child, arguments[0], &actions, nil, pointers, environ) == 0 else {
            return 127
        }
        var status: Int32 = 0
        for _ in 0..<Int(secondsMax * 50) {
            if waitpid(child, &status, WNOHANG) == child {
                return status & 0x7F == 0 ? (status >> 8) & 0xFF : 128
            }
            usleep(20_000)
        }
        kill(child, SIGKILL)
        waitpid(child, &status, 0)
        return nil
    }
}
