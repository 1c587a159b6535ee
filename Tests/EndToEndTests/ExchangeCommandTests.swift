import Glibc
import Measures
import Storing
import TestSupport
import Testing

/// `store import` and `store export` as users run them, and the report on what was imported.
@Suite struct ExchangeCommandTests {
    private static let header = "timestamp,project,service,instance,metric,value\n"

    private func run(_ arguments: [String], in directory: String) throws -> Program.Result {
        try Program.run(
            arguments + ["--store", "s.db"],
            environment: ["LANG": "C.UTF-8", "TMPDIR": directory], in: directory)
    }

    @Test func thereAndBack() throws {
        try withTemporaryDirectory { directory in
            let text =
                Self.header
                    + """
                    1700000000,shop,web,1,pids,1
                    1700086400,shop,web,1,pids,2
                    1700000000,blog,db,1,pids,3
                    1700086400,blog,db,1,cpu_cores,0.5

                    """
            try writeFile(directory + "/in.csv", Array(text.utf8))
            let imported = try run(["store", "import", "in.csv"], in: directory)
            #expect(imported.code == 0)
            #expect(imported.output == "")
            #expect(
                imported.errors
                    == "rightsize: 4 values of 2 series at 2 times imported into s.db\n")
            #expect(try run(["store", "verify"], in: directory).code == 0)
            let again = try run(["store", "import", "in.csv"], in: directory)
            #expect(again.code == 2)
            #expect(
                again.errors
                    == "rightsize: in.csv was imported into s.db before: nothing was done\n")

            for (options, expected) in [
                (["--project", "blog", "--metric", "pids"], "1700000000,blog,db,1,pids,3\n"),
                (["--service", "web", "--since", "12h"], "1700086400,shop,web,1,pids,2\n"),
                (["--metric", "cpu_cores"], "1700086400,blog,db,1,cpu_cores,0.5\n"),
            ] {
                let exported = try run(["store", "export"] + options, in: directory)
                #expect(exported.code == 0)
                #expect(exported.output == Self.header + expected)
            }
            let toFile = try run(
                ["store", "export", "--format", "parquet-ready", "--output", "out.csv"],
                in: directory)
            #expect(toFile.code == 0)
            #expect(toFile.output == "")
            let wide = String(decoding: try readFile(directory + "/out.csv"), as: UTF8.self)
            #expect(wide.hasPrefix("timestamp,project,service,instance,pids,cpu_cores\n"))
            let metrics = try run(["store", "export", "--format", "openmetrics"], in: directory)
            #expect(metrics.output.hasSuffix("# EOF\n"))
        }
    }

    @Test(
        arguments: [
            (
                ["store", "export", "--service", "wbe"], 2,
                "rightsize: no service 'wbe' in the store; there are: web\n"
            ),
            (
                ["store", "export", "--project", "x"], 2,
                "rightsize: no project 'x' in the store; there are: shop\n"
            ),
            (
                ["store", "export", "--output", "no/out"], 2,
                "rightsize: cannot write no/out: No such file or directory\n"
            ),
            (
                ["store", "import", "no.csv"], 2,
                "rightsize: cannot open no.csv: No such file or directory\n"
            ),
            (
                ["store", "import", "-"], 2,
                "rightsize: <stdin>:1: no header: timestamp,project,service,instance,metric,value is expected\n"
            ),
        ] as [([String], Int32, String)])
    func failuresAreOneLine(arguments: [String], code: Int32, errors: String) throws {
        try withTemporaryDirectory { directory in
            try writeFile(
                directory + "/in.csv", Array((Self.header + "1,shop,web,1,pids,1\n").utf8))
            #expect(try run(["store", "import", "in.csv"], in: directory).code == 0)
            let result = try run(arguments, in: directory)
            #expect(result.code == code)
            #expect(result.errors == errors)
            #expect(result.output == "")
        }
    }

    @Test(arguments: [["--format", "xml"], ["--metric", "load"], ["--since", "long"]])
    func wrongUsageIs64(options: [String]) throws {
        try withTemporaryDirectory { directory in
            let result = try run(["store", "export"] + options, in: directory)
            #expect(result.code == 64)
        }
    }

    /// A store that was not there is not made by an import that fails.
    @Test func aFailedImportMakesNoStore() throws {
        try withTemporaryDirectory { directory in
            try writeFile(directory + "/in.csv", Array((Self.header + "1,,,1,pids,1\n").utf8))
            let result = try run(["store", "import", "in.csv"], in: directory)
            #expect(result.code == 2)
            #expect(result.errors == "rightsize: in.csv:2: no service\n")
            #expect(access(directory + "/s.db", F_OK) != 0)
            let empty = try run(["store", "export"], in: directory)
            #expect(empty.code == 2)
            #expect(empty.errors.hasPrefix("rightsize: no store at s.db"))
        }
    }

    /// Rates and working sets stand where counters are absent: two days at half a core and 100 MB.
    @Test func aReportOnRatesAndWorkingSets() throws {
        try withTemporaryDirectory { directory in
            var text = Self.header
            for minute in 0..<2880 {
                let time = 1_700_000_000 + 60 * minute
                // A quarter of the time a whole core, else a third: P95 1, mean 0.5.
                text +=
                    "\(time),shop,web,1,cpu_cores,\(minute % 4 == 0 ? "1" : "0.3333333333333333")\n"
                text +=
                    "\(time),shop,web,1,memory_working_set_bytes,\(minute == 7 ? 200_000_000 : 100_000_000)\n"
            }
            try writeFile(directory + "/in.csv", Array(text.utf8))
            #expect(try run(["store", "import", "in.csv"], in: directory).code == 0)
            let report = try run(["report", "--format", "json"], in: directory)
            #expect(report.code == 0)
            let compact = report.output.filter { $0 != " " && $0 != "\n" }
            #expect(compact.contains("\"service\":\"web\""))
            for expected in [
                "\"p95_cores\":1,", "\"p50_cores\":0.3333333333333333,",
                "\"working_set_max_bytes\":200000000", "\"working_set_p95_bytes\":100000000",
            ] {
                #expect(compact.contains(expected), "\(report.output)")
            }
        }
    }

    @Test(
        .enabled(
            if: TrainHistory.script != nil,
            "RIGHTSIZE_SHARED and ../shared do not have the backtest, or python3 has no numpy"))
    func theBacktestsHistoryImportsAndReports() throws {
        let script = try #require(TrainHistory.script)
        try withTemporaryDirectory { directory in
            let made = try TrainHistory.python([script, directory + "/train"])
            try #require(made.code == 0, "\(made.errors)")
            let imported = try run(["store", "import", "train/train.csv"], in: directory)
            #expect(imported.code == 0, "\(imported.errors)")
            #expect(imported.errors.contains("values of 99 series"))
            let exported = try run(["store", "export", "--output", "out.csv"], in: directory)
            #expect(exported.code == 0)
            let (before, after) = (
                try readFile(directory + "/train/train.csv"), try readFile(directory + "/out.csv")
            )
            #expect(before.count == after.count)
            #expect(
                Set(before.split(separator: 10)) == Set(after.split(separator: 10)))
            // 84 of the 96 services have samples in the last day.
            let report = try run(["report", "--since", "1d"], in: directory)
            #expect(report.code == 0, "\(report.errors)")
            #expect(report.output.contains("84 services"))
        }
    }
}

/// Other people's traces, no part of the project.
private enum TrainHistory {
    static let script: String? = {
        let named = getenv("RIGHTSIZE_SHARED").map { String(cString: $0) }
        let candidates = [named, projectPath("../shared")].compactMap(\.self)
        let script = candidates.map { $0 + "/traces/backtest/make_history.py" }.first {
            access($0, R_OK) == 0
        }
        guard let script, let probe = try? python(["-c", "import numpy"]), probe.code == 0 else {
            return nil
        }
        return script
    }()

    static func python(_ arguments: [String]) throws -> Program.Result {
        var environment = ["PYTHONDONTWRITEBYTECODE": "1"]
        for name in ["PATH", "HOME"] {
            environment[name] = getenv(name).map { String(cString: $0) }
        }
        return try Program.run(
            ["python3"] + arguments, environment: environment, program: "/usr/bin/env")
    }
}
