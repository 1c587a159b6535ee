import Glibc
import Measures
import TestSupport
import Testing

@testable import Storing

/// Every bad input: one clear line on stderr, exit code 2, and nothing lost.
@Suite struct BadInputTests {
    private func expectFailure(
        _ run: Program.Result, _ line: String, code: Int32 = 2,
        at location: SourceLocation = #_sourceLocation
    ) {
        #expect(run.code == code, sourceLocation: location)
        #expect(run.errors == "rightsize: \(line)\n", sourceLocation: location)
        #expect(run.output == "", sourceLocation: location)
    }

    @Test(arguments: ["report", "patch"])
    func noStoreYet(command: String) throws {
        try withTemporaryDirectory { directory in
            let estate = projectPath("data/estate/docker-compose.yml")
            let run = try Program.run(
                [command, "--store", directory + "/store.db"] + (command == "patch" ? [estate] : [])
            )
            expectFailure(
                run,
                "no store at \(directory)/store.db: take a first sample with 'rightsize sample', "
                    + "or name another file with --store")
        }
    }

    @Test func anEmptyStore() throws {
        try withTemporaryDirectory { directory in
            let path = directory + "/store.db"
            _ = try SampleStore(path: path, access: .readWrite)
            expectFailure(
                try Program.run(["report", "--store", path]),
                "the store \(path) holds no samples yet: run 'rightsize sample'")
        }
    }

    @Test(arguments: [["sample", "--no-engine"], ["report"]])
    func aFileThatIsNoStore(command: [String]) throws {
        try withTemporaryDirectory { directory in
            let path = directory + "/notes.txt"
            let bytes = Array(String(repeating: "no database\n", count: 50).utf8)
            try writeFile(path, bytes)
            expectFailure(
                try Program.run(command + ["--store", path]),
                "\(path) is not a rightsize store (file is not a database): it was left as it is; "
                    + "name another file with --store")
            #expect(try readFile(path) == bytes)
        }
    }

    @Test func aStoreOfALaterVersion() throws {
        try withTemporaryDirectory { directory in
            let path = directory + "/store.db"
            let store = try SampleStore(path: path, access: .readWrite)
            try store.database.execute("PRAGMA user_version = 7", while: "testing")
            expectFailure(
                try Program.run(["report", "--store", path]),
                "the store \(path) has format 7, this rightsize reads up to 2: install the newer "
                    + "rightsize that wrote it")
        }
    }

    @Test func aDirectoryThatMayNotBeWritten() throws {
        // Not even root may make files in /proc.
        expectFailure(
            try Program.run(["sample", "--no-engine", "--store", "/proc/rightsize/store.db"]),
            "cannot open the store /proc/rightsize/store.db: the directory /proc/rightsize cannot be "
                + "made: No such file or directory; check the permissions, or name another file with "
                + "--store")
    }

    /// Whether a file system may be mounted in a namespace of its own.
    private static let mayMount =
        (try? Program.run(
            ["--mount", "--propagation", "private", "mount", "-t", "tmpfs", "none", "/mnt"],
            program: "/usr/bin/unshare"
        ).code) == 0

    @Test(.enabled(if: mayMount, "mounts a small file system, which needs root"))
    func aFullDisk() throws {
        try withTemporaryDirectory { directory in
            let script = """
                mount -t tmpfs -o size=96k none '\(directory)' || exit 77
                '\(Program.path)' sample --no-engine --quiet --store '\(directory)/store.db' || exit 78
                '\(Program.path)' report --store '\(directory)/store.db' >/dev/null || exit 79
                cat /dev/zero >'\(directory)/ballast' 2>/dev/null
                # A few more fit into the journal as it is.
                for number in $(seq 100); do
                    '\(Program.path)' sample --no-engine --quiet --store '\(directory)/store.db'
                    code=$?
                    test $code = 0 || break
                done
                '\(Program.path)' report --store '\(directory)/store.db' >/dev/null || exit 80
                exit $code
                """
            let run = try Program.run(
                ["--mount", "--propagation", "private", "sh", "-c", script],
                program: "/usr/bin/unshare")
            // A host without any group to sample cannot show this.
            guard run.code != 78 else { return }
            expectFailure(
                run,
                "the disk that holds \(directory)/store.db is full: nothing of this write was kept, "
                    + "all that was stored before is; free some space")
        }
    }

    // MARK: The engine

    @Test func anEngineThatRefuses() throws {
        try withTemporaryDirectory { directory in
            let socket = directory + "/engine.sock"
            try writeFile(socket, [])
            let run = try Program.run(
                ["sample", "--store", directory + "/store.db"],
                environment: ["DOCKER_HOST": "unix://" + socket])
            expectFailure(
                run,
                "the container engine at \(socket) (from DOCKER_HOST) refuses connections: start it, "
                    + "or set DOCKER_HOST to another address; sample without an engine with "
                    + "--no-engine")
        }
    }

    @Test(
        arguments: [
            (.silence, "gave no answer within 2 s: see whether it hangs"),
            (
                .raw(Array("220 smtp ready\r\n".utf8)),
                "does not speak the Docker Engine API (an answer that is not HTTP/1): set DOCKER_HOST "
                    + "to another address"
            ),
        ] as [(FakeEngine.Answer, String)])
    func anEngineThatHangsOrTalksRubbish(answer: FakeEngine.Answer, what: String) throws {
        try withTemporaryDirectory { directory in
            let engine = try FakeEngine(answer)
            let run = try Program.run(
                ["sample", "--store", directory + "/store.db"],
                environment: ["DOCKER_HOST": "unix://" + engine.socketPath])
            expectFailure(
                run,
                "the container engine at \(engine.socketPath) (from DOCKER_HOST) \(what); "
                    + "sample without an engine with --no-engine")
        }
    }

    @Test func anEngineWithoutContainers() throws {
        try withTemporaryDirectory { directory in
            let engine = try FakeEngine(
                .bodies(["/containers/json?all=true": Array("[]".utf8)], framing: .length))
            let run = try Program.run(
                ["sample", "--store", directory + "/store.db"],
                environment: ["DOCKER_HOST": "unix://" + engine.socketPath])
            expectFailure(
                run,
                "no containers found in the engine at \(engine.socketPath): start some, or name the "
                    + "engine that runs them with --engine")
        }
    }

    @Test func anEngineElsewhere() throws {
        try withTemporaryDirectory { directory in
            let run = try Program.run(
                ["sample", "--store", directory + "/store.db"],
                environment: ["DOCKER_HOST": "tcp://127.0.0.1:2375"])
            expectFailure(
                run,
                "cannot use the engine address 'tcp://127.0.0.1:2375' of DOCKER_HOST: only Unix sockets "
                    + "are read, since the kernel files of another host are out of reach; give "
                    + "--engine unix:///PATH or set DOCKER_HOST to it, or sample without an engine "
                    + "with --no-engine")
        }
    }

    // MARK: Compose files

    @Test(
        arguments: [
            (nil, "no such file"),
            (
                Array(
                    "services:\n  a: {image: \"\u{e9}\"}\n".unicodeScalars.map { UInt8($0.value) }),
                "UTF-8"
            ),
            (Array("services:\n\tweb: {}\n".utf8), ":2:1: "),
            (Array("a: [1\n".utf8), ":2:1: "),
            (Array("just text\n".utf8), "services"),
            ([], "services"),
        ] as [([UInt8]?, String)])
    func aComposeFileThatCannotBeRead(bytes: [UInt8]?, words: String) throws {
        try withTemporaryDirectory { directory in
            let path = directory + "/compose.yml"
            if let bytes { try writeFile(path, bytes) }
            let history = projectPath("data/estate/history.db")
            for arguments in [
                ["patch", path, "--store", history],
                ["report", "--compose", path, "--store", history],
            ] {
                let run = try Program.run(arguments)
                #expect(run.code == 2)
                #expect(run.output == "")
                #expect(run.errors.hasPrefix("rightsize: \(path)"), "\(run.errors)")
                #expect(run.errors.contains(words), "\(run.errors)")
                #expect(run.errors.split(separator: "\n").count == 1)
            }
        }
    }

    @Test func aProjectThatTheStoreDoesNotKnow() throws {
        try withTemporaryDirectory { directory in
            let path = directory + "/compose.yml"
            try writeFile(path, Array("name: elsewhere\nservices: {web: {image: i}}\n".utf8))
            let history = projectPath("data/estate/history.db")
            expectFailure(
                try Program.run(["report", "--compose", path, "--store", history]),
                "the store \(history) has no samples of the project 'elsewhere' (it has: sutazai); "
                    + "choose one with --project")
        }
    }

    @Test func aServiceThatTheReportDoesNotHave() throws {
        let history = projectPath("data/estate/history.db")
        let run = try Program.run(["report", "--store", history, "--service", "nobody"])
        #expect(run.code == 2)
        #expect(run.errors.contains("no service 'nobody' in the window; there are: ai-agent-"))
    }

    @Test func anUnknownKernelName() throws {
        let history = projectPath("data/estate/history.db")
        let run = try Program.run(
            ["report", "--store", history], environment: ["RIGHTSIZE_KERNELS": "mmx"])
        #expect(run.code == 2)
        #expect(run.errors.contains("mmx"))
    }

    // MARK: Usage

    @Test(arguments: [
        ["sample", "--for", "3s"], ["sample", "--every", "soon"], ["sample", "--every", "-3s"],
        ["sample", "--every", "0x10s"], ["report", "--format", "pdf"], ["report", "--since", "0d"],
        ["patch", "a.yml", "--write", "--check"], ["patch", "a.yml", "--backup"],
        ["patch", "a.yml", "--anchors", "--exact"], ["patch", "a.yml", "--override=b.yml"],
        ["resources", "--format", "pdf"],
        ["frobnicate"], ["--nonsense"],
    ])
    func wrongUsage(arguments: [String]) throws {
        let run = try Program.run(arguments)
        #expect(run.code == 64)
        #expect(run.output == "")
        #expect(run.errors.contains("Usage: ") || run.errors.contains("Error: "))
    }
}
