import FoundationEssentials
import Measures
import TestSupport
import Testing

@testable import Storing

/// Labels and names are whatever an image or a person made them: quotes, newlines, bytes that are no UTF-8,
/// sequences that steer terminals.
@Suite struct HostileTextTests {
    private static let id = String(repeating: "ab", count: 32)

    /// As the engine's JSON has it: escapes, half a surrogate pair, raw DEL and C1 and bytes that are no UTF-8.
    private static let written: [UInt8] =
        Array(#"we\"b\\\n\t\u001b[31m\u0007\u202E\ud800x\u00e9"#.utf8)
        + [0x7f, 0xc2, 0x9b, 0x33, 0x31, 0x6d, 0xff, 0xfe, 0x21]
    private static let stored =
        "we\"b\\\n\t\u{1B}[31m\u{7}\u{202E}\u{FFFD}x\u{E9}\u{7F}\u{9B}31m\u{FFFD}\u{FFFD}!"
    private static let shown =
        #"we"b\\n\t\u{1B}[31m\u{7}\u{202E}"# + "\u{FFFD}x\u{E9}"
        + #"\u{7F}\u{9B}31m"# + "\u{FFFD}\u{FFFD}!"

    private func engine() throws -> FakeEngine {
        func text(_ prefix: String, _ suffix: String) -> [UInt8] {
            Array(prefix.utf8) + Self.written + Array(suffix.utf8)
        }
        let list =
            text(#"[{"Id":"\#(Self.id)","Names":["/"#, #""],"Image":""#)
            + text("", #"","Labels":{"com.docker.compose.project":""#)
            + text("", #"","com.docker.compose.service":""#)
            + text("", #"","com.docker.compose.container-number":"1",""#)
            + text("", #"":null}},{"Id":"\#(String(repeating: "cd", count: 32))","Names":["/"#)
            + text("", #""],"Labels":{}}]"#)
        return try FakeEngine(
            .bodies(
                [
                    "/containers/json?all=true": list,
                    "/containers/\(Self.id)/json": Array(
                        #"{"State":{"Status":"exited","Pid":0,"StartedAt":"2026-11-23T08:00:00Z"}}"#
                            .utf8),
                ], framing: .length))
    }

    /// Nothing but newlines may steer the terminal.
    private func expectPrintable(
        _ text: String, at location: SourceLocation = #_sourceLocation
    ) {
        let steering = text.unicodeScalars.filter {
            $0 != "\n"
                && [.control, .format, .lineSeparator].contains($0.properties.generalCategory)
        }
        #expect(steering.isEmpty, "\(text.debugDescription)", sourceLocation: location)
    }

    private struct Tick: Decodable {
        struct Sample: Decodable, Equatable {
            var project: String?
            var service: String
            var name: String
            var image: String?
        }
        var samples: [Sample]
    }

    private struct Report: Decodable {
        struct Service: Decodable {
            var project: String
            var service: String
        }
        var services: [Service]
    }

    @Test func whatIsStoredIsExactAndWhatIsShownIsHarmless() throws {
        try withTemporaryDirectory { directory in
            let path = directory + "/store.db"
            let engine = try engine()
            let environment = [
                "DOCKER_HOST": "unix://" + engine.socketPath, "LANG": "C.UTF-8",
                "RIGHTSIZE_STORE": path,
            ]
            func run(_ arguments: String...) throws -> Program.Result {
                let run = try Program.run(arguments, environment: environment)
                #expect(run.code == 0, "\(run.errors)")
                return run
            }

            let line = try run("sample")
            expectPrintable(line.output)
            #expect(line.output.split(separator: "\n").count == 1)
            #expect(
                line.output.contains(
                    "skipped 1 (\(Self.shown): it was removed while it was being read)"))

            let series = try SampleStore(path: path, access: .readOnly).series()
            #expect(
                series.last
                    == SeriesIdentity(
                        kind: .service,
                        service: ServiceID(project: Self.stored, service: Self.stored),
                        instance: "1"))

            let json = try run("sample", "--format", "json")
            expectPrintable(json.output.replacing("\u{202E}", with: ""))
            let tick = try JSONDecoder().decode(Tick.self, from: Data(json.output.utf8))
            #expect(
                tick.samples.last
                    == Tick.Sample(
                        project: Self.stored, service: Self.stored, name: Self.stored,
                        image: Self.stored))

            let table = try run("report")
            expectPrintable(table.output + table.errors)
            #expect(table.output.contains("SERVICE"))
            #expect(table.output.contains(Self.shown.prefix(10)))
            let detail = try run("report", "--service", Self.stored)
            expectPrintable(detail.output + detail.errors)
            #expect(detail.output.hasPrefix("\(Self.shown)/\(Self.shown): "))

            let report = try run("report", "--format", "json")
            expectPrintable(report.output.replacing("\u{202E}", with: ""))
            let services = try JSONDecoder().decode(Report.self, from: Data(report.output.utf8))
                .services
            #expect(services.map(\.project) == [Self.stored])
            #expect(services.map(\.service) == [Self.stored])
        }
    }

    /// An error message is the engine's own text too.
    @Test(
        arguments: [
            (
                "500 Oh", #"{"message":"a\n\u001b]0;b\u0007"}"#,
                #"answered with error 500: a\n\u{1B}]0;b\u{7}; "#
            ),
            (
                "200 OK", "\u{1B}[2J<html>\n",
                #"(11 bytes of body that start with '\u{1B}[2J<html>\n')"#
            ),
        ])
    func anEnginesMessageIsOneHarmlessLine(
        status: String, body: String, words: String
    ) throws {
        try withTemporaryDirectory { directory in
            let engine = try FakeEngine(
                .raw(FakeEngine.bytes(status, Array(body.utf8), .untilClose)))
            let run = try Program.run(
                ["sample", "--store", directory + "/store.db"],
                environment: ["DOCKER_HOST": "unix://" + engine.socketPath])
            #expect(run.code == 2)
            expectPrintable(run.errors)
            #expect(run.errors.contains(words), "\(run.errors)")
            #expect(run.errors.split(separator: "\n").count == 1)
        }
    }
}
