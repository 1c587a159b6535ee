import ArgumentParser
import FoundationEssentials
import Measures
import TestSupport
import Testing

@testable import Storing
@testable import rightsize

/// `rightsize store`, as a user sees it.
@Suite struct StoreCommandTests {
    private let estate = projectPath("data/estate/history.db")

    private func copy(_ directory: String) throws -> String {
        let path = directory + "/store.db"
        try writeFile(path, try readFile(estate))
        return path
    }

    @Test func infoShowsEverythingIn80Columns() throws {
        let run = try Program.run(["store", "info", "--store", estate])
        #expect(run.code == 0)
        #expect(run.errors == "")
        let lines = run.output.split(separator: "\n").dropFirst()
        #expect(lines.allSatisfy { $0.count <= 80 })
        #expect(
            lines.map { $0.prefix { $0 != " " } } == [
                "format", "size", "covers", "series", "values", "hot", "hours", "days", "rollups",
                "keeps", "CPU", "largest", "", "", "", "", "",
            ])
        #expect(run.output.contains("\nkeeps     ticks for ever, rollups for ever\n"))
        let json = try Program.run(["store", "info", "--store", estate, "--format", "json"])
        #expect(json.output.contains(#""schema" : "rightsize.store/1""#))
    }

    @Test func verifyPraisesASoundStoreAndNamesDamage() throws {
        try withTemporaryDirectory { directory in
            let path = try copy(directory)
            let sound = try Program.run(["store", "verify", "--store", path])
            #expect(sound.code == 0)
            #expect(
                sound.output.split(separator: "\n").last?.hasPrefix("sound: 3998 ticks") == true)
            let database = try SQLiteDatabase(path: path, mode: .readWriteCreate)
            try database.execute(
                "UPDATE block SET data = zeroblob(9) WHERE span = (SELECT min(span) FROM block)",
                while: "testing")
            let damaged = try Program.run(["store", "verify", "--store", path])
            #expect(damaged.code == 2)
            #expect(damaged.output.hasPrefix("lost: block 1 of span "))
            #expect(damaged.output.contains("; of "))
            #expect(damaged.errors.contains("is damaged: 1 part of it cannot be read; "))
            let repaired = try Program.run(["store", "verify", "--repair", "--store", path])
            #expect(repaired.code == 0, "\(repaired.errors)")
            #expect(repaired.output.contains("The store as it was is kept in \(path).damaged-1\n"))
            #expect(try Program.run(["store", "verify", "--store", path]).code == 0)
            #expect(try Program.run(["report", "--store", path]).code == 0)
        }
    }

    @Test func pruneRemembersAndShowsBeforehand() throws {
        try withTemporaryDirectory { directory in
            let path = try copy(directory)
            let bytes = try readFile(path)
            let rehearsal = try Program.run(
                ["store", "prune", "--keep", "raw=7d", "--dry-run", "--store", path])
            #expect(
                rehearsal.output.hasPrefix("Keeps ticks for 7 d, rollups for ever\nWould delete "))
            #expect(try readFile(path) == bytes)
            let run = try Program.run(
                ["store", "prune", "--keep", "raw=7d,rollup=3y", "--store", path])
            #expect(run.code == 0, "\(run.errors)")
            #expect(run.output.hasPrefix("Keeps ticks for 7 d, rollups for 1095 d\nDeleted "))
            let store = try SampleStore(path: path, access: .readOnly)
            let retention = Retention(rawSeconds: 7 * 86_400, rollupSeconds: 1095 * 86_400)
            #expect(try store.settings().retention == retention)
            #expect(try !store.rollups(in: store.extent()!.first...store.extent()!.last).isEmpty)
            let again = try Program.run(["store", "prune", "--store", path])
            #expect(
                again.output == "Keeps ticks for 7 d, rollups for 1095 d\nNothing is old enough\n")
        }
    }

    /// Three days of much memory, of which prune leaves rollups, and a month of little since.
    @Test func aReportOverDeletedDaysReadsTheirRollups() throws {
        try withTemporaryDirectory { directory in
            let (path, csv) = (directory + "/store.db", directory + "/old.csv")
            var text = "timestamp,project,service,instance,metric,value\n"
            for step in 0..<(40 * 144) {
                let time = 1_767_225_600 + step * 600
                let memory = step < 3 * 144 ? 700 << 20 : (20 + step % 7) << 20
                text += "\(time),shop,web,1,cpu_usage_usec,\(step * 6_000_000)\n"
                text += "\(time),shop,web,1,memory_current_bytes,\(memory)\n"
                text += "\(time),shop,web,1,memory_inactive_file_bytes,0\n"
                text += "\(time),shop,web,1,cpu_limit_millicores,1000\n"
                text += "\(time),shop,web,1,memory_limit_bytes,\(1 << 30)\n"
            }
            try writeFile(csv, Array(text.utf8))
            #expect(try Program.run(["store", "import", csv, "--store", path]).code == 0)
            let report = ["report", "--store", path, "--since", "60d", "--format", "json"]
            #expect(try parsed(Program.run(report)).earlier == nil)
            #expect(
                try Program.run(["store", "prune", "--keep", "raw=30d", "--store", path]).code == 0)

            let pruned = try Program.run(report)
            let service = try parsed(pruned)
            let earlier = try #require(service.earlier)
            #expect(earlier.firstDay == "2026-01-01")
            #expect(earlier.lastDay == "2026-01-03")
            #expect(earlier.days == 3)
            #expect(earlier.workingSetMaxBytes == 700 << 20)
            #expect(earlier.cpuMaxCores == 0.01)
            #expect(service.verdict == "keep")
            #expect(
                service.reason
                    == "used 700 MiB of memory between 2026-01-01 and 2026-01-03, more than small holds"
            )
            #expect(
                pruned.errors.contains(
                    "of 2026-01-01 to 2026-01-03 only daily rollups are kept: "))
            // A window without them does not know of them.
            let month = try Program.run(["report", "--store", path, "--format", "json"])
            #expect(try parsed(month).verdict == "lower")
            #expect(!month.errors.contains("rollups"))
        }
    }

    private struct ReportJSON: Decodable {
        struct Service: Decodable {
            var verdict: String
            var reason: String
            var earlier: Earlier?
        }
        struct Earlier: Decodable {
            var firstDay: String
            var lastDay: String
            var days: Int
            var workingSetMaxBytes: Int64
            var cpuMaxCores: Double

            enum CodingKeys: String, CodingKey {
                case days
                case firstDay = "first_day"
                case lastDay = "last_day"
                case workingSetMaxBytes = "working_set_max_bytes"
                case cpuMaxCores = "cpu_max_cores"
            }
        }
        var services: [Service]
    }

    private func parsed(_ run: TestSupport.Program.Result) throws -> ReportJSON.Service {
        let report = try JSONDecoder().decode(ReportJSON.self, from: Data(run.output.utf8))
        return try #require(report.services.first)
    }

    @Test func backupRefusesToOverwrite() throws {
        try withTemporaryDirectory { directory in
            let target = directory + "/copy.db"
            let first = try Program.run(["store", "backup", target, "--store", estate])
            #expect(first.output == "\(target): 3998 ticks, 3502135 values, verified\n")
            let second = try Program.run(["store", "backup", target, "--store", estate])
            #expect(second.code == 2)
            #expect(
                second.errors
                    == "rightsize: \(target) exists and was left as it is: --force replaces it\n")
            #expect(
                try Program.run(["store", "backup", target, "--force", "--store", estate]).code
                    == 0)
        }
    }

    @Test func compactSaysWhatWasGained() throws {
        try withTemporaryDirectory { directory in
            let path = try copy(directory)
            let run = try Program.run(["store", "compact", "--all", "--store", path])
            #expect(run.code == 0, "\(run.errors)")
            #expect(run.output.hasPrefix("rows   0 -> 0\nhours  0 -> 0\ndays   17 -> 17\nbytes  "))
        }
    }

    @Test(arguments: [["info"], ["verify"], ["verify", "--repair"], ["compact"], ["prune"]])
    func noneOfThemMakesAStore(arguments: [String]) throws {
        try withTemporaryDirectory { directory in
            let path = directory + "/none.db"
            let run = try Program.run(["store"] + arguments + ["--store", path])
            #expect(run.code == 2)
            #expect(run.errors.hasPrefix("rightsize: no store at \(path)"))
            #expect(access(path) == false)
        }
    }

    private func access(_ path: String) -> Bool { (try? readFile(path)) != nil }

    @Test(
        arguments: [
            ("raw=60d", .some(5_184_000), nil), ("rollup=3y", nil, .some(94_608_000)),
            ("raw=2w,rollup=ever", .some(1_209_600), .some(nil)),
        ] as [(String, Int64??, Int64??)])
    func keepIsReadAsItIsWritten(text: String, raw: Int64??, rollup: Int64??) throws {
        let option = try #require(KeepOption(argument: text))
        #expect(option.raw == raw)
        #expect(option.rollup == rollup)
    }

    @Test(
        arguments: [
            "", "60d", "raw=", "raw=1h", "raw=60d,raw=7d", "raw=60d,", "other=60d", "raw=60",
            "raw=99999999999999999y",
        ])
    func anythingElseIsWrongUsage(text: String) throws {
        #expect(KeepOption(argument: text) == nil)
        #expect(try Program.run(["store", "prune", "--keep", text]).code == 64)
    }

    @Test(
        arguments: [
            ("200M", 200 << 20), ("1G", 1 << 30), ("1024K", 1 << 20), ("512K", nil), ("0M", nil),
            ("9223372036854775807T", nil), ("200", nil), ("M", nil),
        ] as [(String, Int64?)])
    func sizesAreReadAsTheyAreWritten(text: String, bytes: Int64?) {
        #expect(SizeOption(argument: text)?.bytes?.rawValue == bytes)
    }
}
