import Compose
import Measures
import Testing

/// Every file of `Fixtures/adversarial`, against what Compose said of it.
///
/// `EFFECTIVE.tsv` is cut from the answers of Docker Compose 2.40.3, or of docker-compose 1.29.2 where v2
/// refused the file; `rejected` where both refused it or gave no answer.
struct AdversarialTests {
    struct Row: Sendable, CustomTestStringConvertible {
        var file: String
        var fields: [String]
        var testDescription: String { "\(file) \(fields[1])" }
    }

    static let rows: [Row] = {
        let table = (try? Fixtures.text(Fixtures.folder + "/adversarial/EFFECTIVE.tsv")) ?? ""
        return table.split(separator: "\n").dropFirst().map { line in
            let fields = line.split(separator: "\t", omittingEmptySubsequences: false)
                .map(String.init)
            return Row(file: fields[0], fields: Array(fields[1...]))
        }
    }()

    /// We refuse what an oracle only survives: a cycle, on which v2 hangs.
    static let refusedHere: Set<String> = ["22-cyclic-merge.yml"]

    @Test func tableIsThere() { #expect(Self.rows.count > 60) }

    @Test(arguments: rows.filter { $0.fields[0] != "rejected" && !refusedHere.contains($0.file) })
    func resourcesAreTheOracles(row: Row) throws {
        let file = try ComposeModel(path: "\(Fixtures.folder)/adversarial/\(row.file)")
        let service = try #require(file.service(row.fields[1]))
        var expected = ComposeResources()
        if let cpus = Double(row.fields[2]) { expected.cpuLimit = .known(Cores(cpus)) }
        if let memory = Int64(row.fields[3]) { expected.memoryLimit = .known(Bytes(memory)) }
        if let cpus = Double(row.fields[4]) { expected.cpuReservation = .known(Cores(cpus)) }
        if let memory = Int64(row.fields[5]) { expected.memoryReservation = .known(Bytes(memory)) }
        #expect(service.resources.isEquivalent(to: expected), "\(service.resources)")
    }

    @Test(arguments: [
        ("14-merge-undefined.yml", ComposeError.Kind.undefinedAlias, "4:9" as String?),
        ("16-merge-scalar.yml", .unmergeable, "4:9"),
        ("17-merge-null.yml", .unmergeable, "4:8"),
        ("21-cyclic-alias.yml", .cyclicAlias, "2:6"),
        ("22-cyclic-merge.yml", .cyclicAlias, "4:9"),
        ("26-tabs-indent.yml", .malformedYAML, "2:1"),
        ("35-latin1.yml", .notUTF8, "3:21"),
        ("38-nel-ls-ps.yml", .malformedYAML, "3:21"),
        ("52-empty.yml", .noServices, "1:1"),
        ("53-comment-only.yml", .noServices, "1:1"),
        ("54-services-null.yml", .noServices, "1:1"),
        ("79-anchor-dots.yml", .malformedYAML, "1:10"),
    ])
    func refuses(name: String, kind: ComposeError.Kind, place: String?) throws {
        let error = try #require(throws: ComposeError.self) {
            try ComposeModel(path: "\(Fixtures.folder)/adversarial/\(name)")
        }
        #expect(error.kind == kind)
        #expect(error.position?.description == place, "\(error)")
    }

    /// Alias bombs and merge bombs, on which Compose itself hangs.
    @Test(
        .timeLimit(.minutes(1)),
        arguments: ["23-billion-laughs.yml", "24-doubling-maps.yml", "25-merge-bomb.yml"])
    func bombsStayLinear(name: String) throws {
        let clock = ContinuousClock()
        let duration = try clock.measure {
            let file = try ComposeModel(path: "\(Fixtures.folder)/adversarial/\(name)")
            _ = file.plan(assigning: ["s": "small"])
            #expect(file.services.map(\.name) == ["s"])
        }
        #expect(duration < .seconds(1))
    }

    /// Every alias in every file is exactly `*name` in the bytes, whatever stands before it.
    @Test func aliasSpansAreExact() throws {
        var count = 0
        for path in Fixtures.adversarial + Fixtures.golden + Shared.corpus {
            guard let file = try? ComposeModel(path: path) else { continue }
            for (name, span) in file.documents[0].tree.aliases {
                let text = String(decoding: file.bytes[span], as: UTF8.self)
                #expect(text == "*\(name)", "\(path)")
                count += 1
            }
        }
        #expect(count > 100)
    }
}
