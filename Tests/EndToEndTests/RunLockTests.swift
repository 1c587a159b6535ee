import Glibc
import TestSupport
import Testing

@testable import Storing

/// Samplers of one store, as processes of their own.
@Suite struct RunLockTests {
    @Test func theSecondLeavesAndAKilledOneIsNotWaitedFor() throws {
        let run = try sampling(
            """
            "$PROGRAM" sample --store store.db --every 60s >first & pid=$!
            until_true grep -qs ' read ' first
            [ "$(tr -d ' ' <store.db.lock)" = $pid ] && echo 'the lock names its holder'
            say() { sed "s/$pid/PID/"; }
            sample 2>&1 | say
            sample; echo "one-shot: $?"
            sample --every 1s; echo "loop: $?"
            sample --quiet; echo "quiet: $?"
            kill -9 $pid; until_true gone $pid
            sample --quiet; echo "after kill -9: $?"
            [ -e store.db.lock ] && echo 'the lock file stays'
            """)
        let told = "rightsize: another sampler is running (pid PID): nothing was done\n"
        let errors = run.result.errors.split(separator: "\n").map { line in
            String(line.map { $0.isNumber ? "N" : $0 })
        }
        #expect(
            run.result.output == """
                the lock names its holder
                \(told)one-shot: 0
                loop: 0
                quiet: 0
                after kill -9: 0
                the lock file stays

                """)
        #expect(
            errors.count == 2 && errors.allSatisfy { $0.contains("sampler is running (pid N") },
            "\(run.result.errors)")
        #expect(run.ticks == 2)
    }

    /// However many start at once, also on a store that none has made yet: each samples or leaves, and
    /// none fails.
    @Test func aCrowdIsKeptApart() throws {
        let run = try sampling(
            """
            for i in 1 2 3 4 5 6 7 8 9 10 11 12; do
                { sample >>output 2>>errors; echo $? >>ended; } &
            done
            until_true finished 12
            sort -u ended
            echo $(( $(grep -c ' read ' output) + $(grep -c 'nothing was done$' errors) )) of 12
            grep -c ' read ' output >stored
            """, reading: "stored")
        #expect(run.result.output == "0\n12 of 12\n", "\(run.result.errors)")
        #expect(run.ticks == Int(run.file.dropLast()))
    }

    /// A link to a store leads to the same lock; another store has another.
    @Test func theLockBelongsToTheFile() throws {
        let run = try sampling(
            """
            "$PROGRAM" sample --store store.db --every 60s >first & pid=$!
            until_true grep -qs ' read ' first
            ln -s store.db link.db
            "$PROGRAM" sample --store link.db; echo "link: $?"
            "$PROGRAM" sample --quiet --store other.db; echo "other: $?"
            kill $pid; until_true gone $pid
            """)
        #expect(run.result.output == "link: 0\nother: 0\n")
        #expect(run.result.errors.split(separator: "\n").count == 1, "\(run.result.errors)")
        #expect(run.ticks == 1)
    }

    /// As on some network file systems: sampled all the same, and told once.
    @Test(
        .enabled(if: access("/usr/bin/strace", X_OK) == 0, "strace makes flock fail"),
        arguments: ["ENOLCK", "EOPNOTSUPP"])
    func aFileSystemWithoutLocks(error: String) throws {
        let run = try sampling(
            """
            strace -qq -o trace -e trace=flock -e inject=flock:error=\(error) true || exit 77
            strace -qq -o trace -e trace=flock -e inject=flock:error=\(error) \\
                "$PROGRAM" sample --every 1s --for 1s --quiet --store store.db
            """)
        // A container may forbid tracing.
        guard run.result.code != 77 else { return }
        #expect(run.result.code == 0)
        #expect(run.result.errors.hasPrefix("rightsize: cannot lock /"))
        #expect(run.result.errors.hasSuffix("): overlapping runs are not kept apart\n"))
        #expect(run.result.errors.split(separator: "\n").count == 1)
        #expect(run.ticks == 2)
    }

    /// What is wrong with the store is said by the store, in one line.
    @Test(.enabled(if: geteuid() == 0, "mounts a file system read-only, which needs root"))
    func aReadOnlyDirectory() throws {
        let run = try sampling(
            """
            unshare --mount --propagation private sh -c '
                mkdir mounted && mount -t tmpfs none mounted || exit 77
                "$PROGRAM" sample --quiet --store mounted/store.db
                mount -o remount,ro mounted
                "$PROGRAM" sample --store mounted/store.db; echo "there: $?"
                "$PROGRAM" sample --store mounted/new.db; echo "new: $?"'
            """, expectsStore: false)
        guard run.result.code != 77 else { return }
        #expect(run.result.output == "there: 2\nnew: 2\n")
        #expect(
            run.result.errors
                == [
                    ("store", "attempt to write a readonly database"),
                    ("new", "unable to open database file"),
                ].map {
                    "rightsize: cannot open the store mounted/\($0).db: \($1); "
                        + "check the permissions, or name another file with --store\n"
                }.joined())
    }

    /// Runs a script of the shell, in which `sample` samples into the store of a directory of its own.
    private func sampling(
        _ script: String, reading name: String? = nil, expectsStore: Bool = true
    ) throws -> (result: Program.Result, ticks: Int?, file: String) {
        try withTemporaryDirectory { directory in
            let id = String(repeating: "ab", count: 32)
            let engine = try FakeEngine(
                .bodies(
                    [
                        "/containers/json?all=true": Array(
                            #"[{"Id":"\#(id)","Names":["/shop-web-1"],"Labels":{}}]"#.utf8),
                        "/containers/\(id)/json": Array(
                            #"{"State":{"Status":"exited","Pid":0,"StartedAt":"2026-11-23T08:00:00Z"}}"#
                                .utf8),
                    ], framing: .length))
            // Whether the shell learns of a child's end depends on the signal mask of the thread that
            // started it: so no `wait`, and a limit to every loop.
            let head = """
                sample() { "$PROGRAM" sample --store store.db "$@"; }
                until_true() { for i in $(seq 6000); do "$@" && return; sleep 0.01; done; exit 99; }
                gone() { [ ! -e /proc/$1/fd/1 ]; }
                finished() { [ "$(cat ended 2>/dev/null | wc -l)" = $1 ]; }

                """
            let result = try Program.run(
                ["-c", head + script],
                environment: [
                    "DOCKER_HOST": "unix://" + engine.socketPath, "PROGRAM": Program.path,
                ], in: directory, program: "/bin/sh")
            let file = try name.map { try readFile("\(directory)/\($0)") } ?? []
            let ticks =
                expectsStore
                ? try SampleStore(path: directory + "/store.db", access: .readOnly).extent()?.ticks
                : nil
            return (result, ticks.map { Int($0) }, String(decoding: file, as: UTF8.self))
        }
    }
}
