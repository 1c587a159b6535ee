import Glibc
import TestSupport
import Testing

@testable import rightsize

/// `--verify-with-compose` with programs that stand for Docker's.
@Suite struct ComposeProgramTests {
    /// A `docker` that counts its runs in a file beside it and does what `script` says.
    private func withDocker(
        _ script: String, _ body: (_ directory: String, _ docker: String) throws -> Void
    ) throws {
        try withTemporaryDirectory { directory in
            let docker = directory + "/docker"
            try writeFile(docker, Array("#!/bin/sh\necho \"$@\" >> \"$0.log\"\n\(script)\n".utf8))
            chmod(docker, 0o700)
            try writeFile(directory + "/compose.yaml", Array("services: {}\n".utf8))
            try body(directory, docker)
        }
    }

    @Test(arguments: [
        ("exit 0", ComposeProgram.Verdict.takes, 3),
        ("case \"$*\" in *verify*) exit 15;; esac", .refuses, 3),
        ("[ \"$2\" = version ]", .unproved("Compose refuses the files as they are"), 2),
        ("exit 1", .unproved("'docker compose' is not there"), 1),
        ("kill -9 $$", .unproved("'docker compose' is not there"), 1),
        ("sleep 100 & wait", .unproved("'docker compose' takes longer than 0 s"), 1),
        (
            "case \"$*\" in *verify*) sleep 100;; esac",
            .unproved("'docker compose' takes longer than 0 s"), 3
        ),
    ])
    func verdicts(script: String, expected: ComposeProgram.Verdict, runs: Int) throws {
        try withDocker(script) { directory, docker in
            let path = directory + "/compose.yaml"
            let start = ContinuousClock.now
            let verdict = try ComposeProgram(docker: docker, secondsMax: 0.5).verdict(
                of: [ComposeProgram.File(path: path, bytes: Array("services: {a: {}}\n".utf8))],
                insteadOf: [path])
            #expect(verdict == expected)
            #expect(ContinuousClock.now - start < .seconds(30))
            let log = String(decoding: try readFile(docker + ".log"), as: UTF8.self)
            #expect(log.split(separator: "\n").count == runs, "\(log)")
        }
    }

    @Test func aProgramThatIsNotThereProvesNothing() throws {
        let verdict = try ComposeProgram(docker: "/nonexistent/docker").verdict(
            of: [], insteadOf: ["compose.yaml"])
        #expect(verdict == .unproved("'docker compose' is not there"))
    }

    private let history = projectPath("data/estate/history.db")

    private func patch(
        _ arguments: [String], path: String, temporary: String, in directory: String
    ) throws -> TestSupport.Program.Result {
        try writeFile(
            directory + "/compose.yaml",
            Array("name: sutazai\nservices: {redis: {image: x, mem_limit: 2g, cpus: 2}}\n".utf8))
        return try TestSupport.Program.run(
            ["patch", "compose.yaml", "--store", history, "--verify-with-compose"] + arguments,
            environment: ["LANG": "C.UTF-8", "PATH": path, "TMPDIR": temporary], in: directory)
    }

    /// What Compose refuses is neither printed nor written, and nothing is left behind in TMPDIR.
    @Test(arguments: [["--write"], ["--override", "--write"], []])
    func aRefusedPatchIsNotMade(arguments: [String]) throws {
        try withDocker("case \"$*\" in *verify*) ls \"$TMPDIR\" >> \"$0.seen\"; exit 15;; esac") {
            directory, _ in
            let temporary = try TemporaryDirectory()
            let run = try patch(
                arguments, path: directory + ":/usr/bin:/bin", temporary: temporary.path,
                in: directory)
            #expect(run.code == 2)
            #expect(run.output == "")
            #expect(
                run.errors.hasSuffix(
                    "rightsize: not patched: Compose takes the files as they are and refuses the "
                        + "result; please report this with the files\n"), "\(run.errors)")
            let text = String(decoding: try readFile(directory + "/compose.yaml"), as: UTF8.self)
            #expect(text.contains("mem_limit: 2g"))
            #expect(access(directory + "/compose.override.yaml", F_OK) != 0)
            let seen = String(decoding: try readFile(directory + "/docker.seen"), as: UTF8.self)
            #expect(seen.hasPrefix("rightsize-verify-"))
            #expect(rmdir(temporary.path) == 0, "something is left in it")
        }
    }

    @Test func withoutDockerThePatchIsMadeAndThatIsSaid() throws {
        try withDocker("exit 0") { directory, _ in
            let run = try patch(
                ["--write"], path: "/nonexistent", temporary: "/nonexistent", in: directory)
            #expect(run.code == 0, "\(run.errors)")
            #expect(
                run.errors.contains(
                    "rightsize: 'docker compose' is not there, so --verify-with-compose proves "
                        + "nothing\n"), "\(run.errors)")
        }
    }

    @Test func aMissingTMPDIRIsNamed() throws {
        try withDocker("exit 0") { directory, _ in
            let run = try patch(
                [], path: directory + ":/usr/bin:/bin", temporary: "/nonexistent", in: directory)
            #expect(run.code == 2)
            #expect(
                run.errors.hasSuffix(
                    "cannot make a directory in /nonexistent: No such file or directory\n"),
                "\(run.errors)")
        }
    }
}
