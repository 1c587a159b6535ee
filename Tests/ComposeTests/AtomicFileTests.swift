import Compose
import Glibc
import Testing

struct AtomicFileTests {
    private func status(_ path: String) -> stat {
        var status = stat()
        #expect(stat(path, &status) == 0)
        return status
    }

    @Test func replacesAndKeepsTheMode() throws {
        let directory = try TemporaryDirectory()
        let path = directory.path + "/compose.yml"
        try Fixtures.write(Array("old".utf8), to: path)
        chmod(path, 0o640)
        try AtomicFile.replace(path: path, expecting: Array("old".utf8), with: Array("new".utf8))
        #expect(try Fixtures.text(path) == "new")
        #expect(status(path).st_mode & 0o7777 == 0o640)
        #expect(Fixtures.files(in: directory.path) == [path])
    }

    @Test(.enabled(if: geteuid() == 0, "only root can give a file to someone else"))
    func keepsTheOwner() throws {
        let directory = try TemporaryDirectory()
        let path = directory.path + "/compose.yml"
        try Fixtures.write([1], to: path)
        chown(path, 1234, 2345)
        try AtomicFile.replace(path: path, expecting: [1], with: [2])
        #expect(status(path).st_uid == 1234)
        #expect(status(path).st_gid == 2345)
    }

    @Test func followsASymbolicLink() throws {
        let directory = try TemporaryDirectory()
        shell("mkdir '\(directory.path)/real'")
        let real = directory.path + "/real/compose.yml"
        let link = directory.path + "/compose.yml"
        try Fixtures.write([1], to: real)
        symlink("real/compose.yml", link)
        try AtomicFile.replace(path: link, expecting: [1], with: [2])
        #expect(try Fixtures.bytes(real) == [2])
        var status = stat()
        #expect(lstat(link, &status) == 0)
        #expect(status.st_mode & S_IFMT == S_IFLNK)
    }

    @Test func refusesAFileThatChanged() throws {
        let directory = try TemporaryDirectory()
        let path = directory.path + "/compose.yml"
        try Fixtures.write(Array("theirs".utf8), to: path)
        let error = try #require(throws: ComposeError.self) {
            try AtomicFile.replace(path: path, expecting: Array("old".utf8), with: [2])
        }
        #expect(error.kind == .changedSinceRead)
        #expect(error.text.contains("run it again"))
        #expect(try Fixtures.text(path) == "theirs")
        #expect(shell("test $(ls -A '\(directory.path)' | wc -l) = 1") == 0)
    }

    @Test func saysThatTheFileIsGone() throws {
        let directory = try TemporaryDirectory()
        let error = try #require(throws: ComposeError.self) {
            try AtomicFile.replace(path: directory.path + "/c.yml", expecting: [], with: [2])
        }
        #expect(error.kind == .unwritable)
        #expect(error.text.contains("gone"))
    }

    /// A file system of 64 kB that the file fills: the old content stays, no temporary file is left.
    @Test(.enabled(if: geteuid() == 0, "only root can mount a small file system"))
    func fullDiskAndReadOnlyFileSystem() throws {
        let directory = try TemporaryDirectory()
        let small = directory.path + "/small"
        shell("mkdir '\(small)'")
        // A container may forbid even root to mount; then there is nothing to test.
        guard shell("mount -t tmpfs -o size=64k none '\(small)' 2>/dev/null") == 0 else { return }
        defer { shell("umount '\(small)'") }
        let path = small + "/compose.yml"
        let old = [UInt8](repeating: 1, count: 40_000)
        try Fixtures.write(old, to: path)
        let full = try #require(throws: ComposeError.self) {
            try AtomicFile.replace(path: path, expecting: old, with: old + [2])
        }
        #expect(full.kind == .unwritable)
        #expect(full.text.contains("no space left"))
        #expect(try Fixtures.bytes(path) == old)
        #expect(shell("test $(ls -A '\(small)' | wc -l) = 1") == 0)
        shell("mount -o remount,ro '\(small)'")
        let readOnly = try #require(throws: ComposeError.self) {
            try AtomicFile.replace(path: path, expecting: old, with: [2])
        }
        #expect(readOnly.text.contains("read-only"))
    }

    @Test(.enabled(if: geteuid() != 0, "root may write everywhere"))
    func noPermission() throws {
        let directory = try TemporaryDirectory()
        let path = directory.path + "/compose.yml"
        try Fixtures.write([1], to: path)
        chmod(path, 0o444)
        let error = try #require(throws: ComposeError.self) {
            try AtomicFile.replace(path: path, expecting: [1], with: [2])
        }
        #expect(error.text.contains("no permission"))
    }

    @Test func planWrites() throws {
        let directory = try TemporaryDirectory()
        let path = directory.path + "/compose.yml"
        let text = threeTiers + "services: {a: {<<: *resources-small}}\n"
        try Fixtures.write(Array(text.utf8), to: path)
        let plan = try ComposeModel(path: path).plan(assigning: ["a": "large"])
        try plan.write()
        #expect(try ComposeModel(path: path).service("a")?.tier == "large")
        // The plan is of the old text, so that a second time it must not be written.
        #expect(throws: ComposeError.self) { try plan.write() }
    }
}
