import FoundationEssentials
import Glibc
import TestSupport
import Testing

/// The example estate through report and patch, as a user sees it.
@Suite struct EstateTests {
    private let history = projectPath("data/estate/history.db")
    private let compose = projectPath("data/estate/docker-compose.yml")

    private struct Report: Decodable {
        struct Service: Decodable {
            struct Tier: Decodable { var name: String }
            struct Limits: Decodable { var tier: String? }
            var service: String
            var verdict: String
            var current: Limits
            var recommended: Tier?
        }
        var schema: String
        var services: [Service]
    }

    /// The story of each service (data/README.md) ends in the advice that fits it.
    @Test func everyServiceGetsTheAdviceItsStoryCallsFor() throws {
        let run = try Program.run(
            ["report", "--store", history, "--compose", compose, "--format", "json"])
        #expect(run.code == 0)
        let report = try JSONDecoder().decode(Report.self, from: Data(run.output.utf8))
        #expect(report.schema == "rightsize.report/1")
        let lines = report.services.sorted { $0.service < $1.service }.map {
            "\($0.service): \($0.verdict) \($0.current.tier ?? "-") \($0.recommended?.name ?? "-")"
        }
        #expect(
            lines.joined(separator: "\n") == """
                ai-agent-orchestrator: lower large small
                alertmanager: lower medium small
                backend: raise medium large
                blackbox-exporter: lower medium small
                cadvisor: raise small medium
                chromadb: lower medium small
                consul: lower medium small
                faiss: wait medium -
                frontend: lower medium small
                grafana: lower medium small
                hardware-resource-optimizer: lower medium small
                jaeger: keep large large
                kong: keep medium medium
                loki: raise medium large
                neo4j: raise medium large
                node-exporter: keep small small
                ollama: no_tier_fits - -
                ollama-integration: wait medium -
                postgres: keep large large
                postgres-exporter: lower medium small
                prometheus: keep large large
                promtail: keep small small
                qdrant: lower large medium
                rabbitmq: lower large medium
                redis: lower large small
                redis-exporter: keep small small
                resource-arbitration-agent: keep large large
                task-assignment-coordinator: lower medium small
                ultra-frontend-ui-architect: wait medium -
                """)
    }

    private struct Advice: Decodable {
        var service: String
        var verdict: String
        var tier: String?
        var cpuLimitCores: Double?
        var memoryLimitBytes: Int64?
    }

    private func recommend(_ arguments: [String] = []) throws -> [Advice] {
        let run = try Program.run(
            ["recommend", "--store", history, "--compose", compose, "--format", "json"] + arguments)
        #expect(run.code == 0, "\(run.errors)")
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        return try decoder.decode([Advice].self, from: Data(run.output.utf8))
    }

    /// What programs read is what the report says; a limit is there wherever both resources were seen.
    @Test func recommendationsAreTheReports() throws {
        let run = try Program.run(
            ["report", "--store", history, "--compose", compose, "--format", "json"])
        let report = try JSONDecoder().decode(Report.self, from: Data(run.output.utf8))
        let advice = try recommend()
        #expect(advice.map(\.service) == report.services.map(\.service))
        #expect(advice.map(\.verdict) == report.services.map(\.verdict))
        for (said, service) in zip(advice, report.services) {
            let tier = said.verdict == "no_tier_fits" ? "none" : service.recommended?.name
            #expect(said.tier == tier, "\(said.service)")
            guard said.verdict != "wait" else { continue }
            #expect((said.cpuLimitCores ?? 0) >= 0.01, "\(said.service)")
            #expect((said.memoryLimitBytes ?? 0) >= 6 << 20, "\(said.service)")
        }
    }

    /// More caution is never less of a limit.
    @Test func policiesAreOrdered() throws {
        let eco = try recommend(["--policy", "eco"])
        for (low, high) in zip(eco, try recommend(["--policy", "safe"])) {
            #expect(low.service == high.service)
            #expect((low.cpuLimitCores ?? 0) <= (high.cpuLimitCores ?? 0), "\(low.service)")
            #expect((low.memoryLimitBytes ?? 0) <= (high.memoryLimitBytes ?? 0), "\(low.service)")
        }
        #expect(
            try Program.run(["recommend", "--store", history, "--policy", "bold"]).code == 64)
    }

    /// Numbers that anyone can check, and what the history would have done on each tier.
    @Test func explainShowsTheNumbersOfTheRule() throws {
        let run = try Program.run(
            ["explain", "kong", "--store", history, "--compose", compose],
            environment: ["LANG": "C"])
        #expect(run.code == 0, "\(run.errors)")
        // 0.56 / 0.8 · 8/7 = 0.8, and 428 MiB / 0.7 · 59/56 = 644 MiB.
        #expect(
            run.output.contains(
                "10-minute CPU of the worst day 0.56 needs 0.8 CPU, small has 0.5; "
                    + "mean memory of the worst day 428 MiB needs 644 MiB, small has 512 MiB"))
        #expect(run.output.contains("days >= 70 %"))
        #expect(run.output.utf8.allSatisfy { $0 < 0x80 })
    }

    @Test func aPipeGetsNoColourAndAPlainLocaleNoUnicode() throws {
        let arguments = ["report", "--store", history, "--compose", compose]
        let plain = try Program.run(arguments, environment: ["LANG": "C", "COLUMNS": "80"])
        #expect(plain.output.utf8.allSatisfy { $0 < 0x80 && $0 != 0x1b })
        #expect(plain.output.split(separator: "\n").allSatisfy { $0.count <= 80 })
        let painted = try Program.run(
            arguments + ["--color", "always"], environment: ["LANG": "C.UTF-8", "NO_COLOR": "1"])
        #expect(painted.output.contains("\u{1b}[31m▲"))
    }

    private static let hasTerminals =
        (try? Program.run(["-qec", "true", "/dev/null"], program: "/usr/bin/script").code) == 0

    /// A terminal (from script(1)) gets colour, unless NO_COLOR is set.
    @Test(.enabled(if: hasTerminals, "needs script(1) and /dev/pts for a terminal"))
    func aTerminalGetsColourUnlessItIsRefused() throws {
        let command = "'\(Program.path)' report --store '\(history)' --compose '\(compose)'"
        for (variables, isColoured) in [
            (["TERM": "xterm"], true), (["TERM": "xterm", "NO_COLOR": "1"], false),
            (["TERM": "dumb"], false),
        ] {
            let run = try Program.run(
                ["-qec", command, "/dev/null"],
                environment: variables.merging(["LANG": "C.UTF-8"]) { $1 },
                program: "/usr/bin/script")
            #expect(run.code == 0)
            #expect(run.output.contains("\u{1b}[") == isColoured)
        }
    }

    @Test func checkExitsWithOne() throws {
        let arguments = ["report", "--store", history, "--compose", compose, "--check"]
        #expect(try Program.run(arguments).code == 1)
        #expect(try Program.run(arguments + ["--service", "redis"]).code == 0)
    }

    @Test func thePatchChangesWhatItSaysAndNothingElse() throws {
        try withTemporaryDirectory { directory in
            let copy = directory + "/docker-compose.yml"
            let before = try readFile(compose)
            try writeFile(copy, before)
            chmod(copy, 0o640)
            let arguments = ["patch", "docker-compose.yml", "--store", history]

            let shown = try Program.run(arguments, in: directory)
            #expect(shown.code == 0)
            #expect(shown.output.hasPrefix("--- a/docker-compose.yml\n+++ b/docker-compose.yml\n"))
            #expect(try readFile(copy) == before)
            #expect(shown.errors.contains("rightsize: not changed: ollama ("))
            #expect(shown.errors.contains("17 services to change, 1 refused, 8 right, 3 without"))
            #expect(shown.errors.contains("Compose 2.17 and newer refuse the whole file"))
            #expect(try Program.run(arguments + ["--check"], in: directory).code == 1)

            let written = try Program.run(arguments + ["--write"], in: directory)
            #expect(written.code == 0)
            #expect(written.output == "")
            let after = try readFile(copy)
            #expect(after != before)
            let lines = [before, after].map { String(decoding: $0, as: UTF8.self) }.map {
                $0.split(separator: "\n", omittingEmptySubsequences: false)
            }
            #expect(lines[0].count == lines[1].count)
            for (old, new) in zip(lines[0], lines[1]) where old != new {
                let words = ["*resources-", "mem_limit:", "mem_reservation:", "cpus:"]
                #expect(words.contains { new.contains($0) }, "\(new)")
            }
            var status = stat()
            stat(copy, &status)
            #expect(status.st_mode & 0o777 == 0o640)

            let again = try Program.run(arguments, in: directory)
            #expect(again.output == "")
            #expect(again.code == 0)
        }
    }

    @Test func theDemoShowsWhatIsLiveAndWhatIsGenerated() throws {
        let run = try Program.run(["demo", "--for", "1s", "--data", projectPath("data/estate")])
        #expect(run.code == 0, "\(run.errors)")
        #expect(run.output.contains("1. LIVE: this machine, now."))
        #expect(run.output.contains("2. GENERATED: two weeks of an example estate of 29 services."))
        #expect(run.output.contains("3. THE PATCH for the same file"))
        #expect(run.output.contains("-    <<: *resources-medium\n+    <<: *resources-large\n"))
        let lost = try Program.run(["demo", "--data", "/nonexistent"])
        #expect(lost.code == 2)
    }
}
