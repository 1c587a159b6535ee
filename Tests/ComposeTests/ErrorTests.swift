import Compose
import Glibc
import Testing

/// Bad input: what, where (line and column from 1) and what to do.
struct ErrorTests {
    struct Case: CustomTestStringConvertible, Sendable {
        var bytes: [UInt8]
        var kind: ComposeError.Kind
        var place: String?
        var words: String
        var testDescription: String { words }

        init(_ text: String, _ kind: ComposeError.Kind, _ place: String?, _ words: String) {
            self.init(Array(text.utf8), kind, place, words)
        }

        init(_ bytes: [UInt8], _ kind: ComposeError.Kind, _ place: String?, _ words: String) {
            self.bytes = bytes
            self.kind = kind
            self.place = place
            self.words = words
        }
    }

    @Test(arguments: [
        Case("", .noServices, "1:1", "holds no YAML document"),
        Case("# nothing\n", .noServices, "1:1", "holds no YAML document"),
        Case("- a\n", .noServices, "1:1", "is no mapping"),
        Case("image: x\n", .noServices, nil, "no `services:` key"),
        Case("x: 1\nservices:\n", .noServices, "2:1", "must be a mapping"),
        Case("services: [a]\n", .noServices, "1:1", "must be a mapping"),
        Case("services:\n\ta:\n", .malformedYAML, "2:1", "cannot start any token"),
        Case("services:\n  a: {b: c\n", .malformedYAML, "3:1", "flow mapping"),
        Case("a: 'é😀' x\n", .malformedYAML, "1:9", "did not find expected key"),
        Case("a: \u{1}\n", .malformedYAML, "1:4", "control characters"),
        Case("services: {a: *b}\n", .undefinedAlias, "1:15", "no &b is defined before it"),
        Case("services:\n  a: &a\n    b: *a\n", .cyclicAlias, "3:8", "part of &a itself (line 2)"),
        Case("services: {a: &a {<<: *a}}\n", .cyclicAlias, "1:23", "refuses cycles"),
        Case("services: {a: {<<: hello}}\n", .unmergeable, "1:20", "merges mappings only"),
        Case("services:\n  a:\n    <<:\n", .unmergeable, "3:8", "merges mappings only"),
        Case("services: {a: {<<: [{}, 1]}}\n", .unmergeable, "1:25", "merges mappings only"),
        Case([0xFF, 0xFE, 0x61], .unsupportedEncoding, nil, "is not UTF-16"),
        Case([0xFF, 0xFE, 0, 0, 0x61, 0, 0, 0], .unsupportedEncoding, nil, "UTF-32"),
        Case([0xFE, 0xFF, 0xD8, 0x00], .unsupportedEncoding, nil, "iconv -t UTF-8"),
        Case(
            Array("services:\n  a: caf".utf8) + [0xE9, 0x0A], .notUTF8, "2:9",
            "byte 18 is 0xE9"),
    ])
    func names(_ bad: Case) throws {
        let error = try #require(throws: ComposeError.self) {
            try ComposeModel(bytes: bad.bytes, path: "dir/compose.yml")
        }
        #expect(error.kind == bad.kind)
        #expect(error.position?.description == bad.place)
        #expect(error.text.contains(bad.words), "\(error.text)")
        let place = bad.place.map { "\($0):" } ?? ""
        #expect(error.description == "dir/compose.yml:\(place) \(error.text)")
    }

    @Test func missingFileAndDirectory() throws {
        let missing = try #require(throws: ComposeError.self) {
            try ComposeModel(path: Fixtures.folder + "/no-such.yml")
        }
        #expect(missing.kind == .missing)
        #expect(missing.text.contains("no such file"))
        let folder = try #require(throws: ComposeError.self) {
            try ComposeModel(path: Fixtures.folder)
        }
        #expect(folder.kind == .notAFile)
        #expect(folder.text.contains("docker-compose.yml"))
        let device = try #require(throws: ComposeError.self) { try ComposeModel(path: "/dev/null") }
        #expect(device.kind == .notAFile)
    }

    @Test(.enabled(if: geteuid() != 0, "root may read everything"))
    func unreadableFile() throws {
        let directory = try TemporaryDirectory()
        let path = directory.path + "/compose.yml"
        try Fixtures.write([], to: path)
        chmod(path, 0)
        let error = try #require(throws: ComposeError.self) { try ComposeModel(path: path) }
        #expect(error.kind == .unreadable)
        #expect(error.text.contains("no permission to read"))
    }

    @Test func namedPipeDoesNotHang() throws {
        let directory = try TemporaryDirectory()
        let pipe = directory.path + "/compose.yml"
        #expect(shell("mkfifo '\(pipe)'") == 0)
        let error = try #require(throws: ComposeError.self) { try ComposeModel(path: pipe) }
        #expect(error.kind == .notAFile)
    }

    /// Nesting and chains that would overflow a stack, aliases that would fill memory.
    @Test(.timeLimit(.minutes(1))) func boundedOnBombs() throws {
        let deep = "services: " + String(repeating: "[", count: 20_000)
        #expect(throws: ComposeError.self) { try compose(deep) }
        let steps = (0..<20_000).map { "\(String(repeating: " ", count: $0))a:\n" }.prefix(2000)
        let error = try #require(throws: ComposeError.self) { try compose(steps.joined()) }
        #expect(error.kind == .tooDeep)
        let chain = (1..<5000).map { "x-\($0): &a\($0) {<<: *a\($0 - 1)}\n" }.joined()
        let chained = try #require(throws: ComposeError.self) {
            try compose("x-0: &a0 {k: v}\n\(chain)services: {s: {<<: *a4999}}\n")
        }
        #expect(chained.kind == .tooDeep)
        let lists = (1..<5000).map { "x-\($0): &a\($0) [*a\($0 - 1), *a\($0 - 1)]\n" }.joined()
        let bomb = try compose(
            "x-0: &a0 [v]\n\(lists)\(threeTiers)services: {s: {<<: *resources-small}}\n")
        #expect(bomb.plan(assigning: ["s": "large"]).patchedBytes().count == bomb.bytes.count)
        let large = [UInt8](repeating: UInt8(ascii: "#"), count: 33 << 20)
        let tooLarge = try #require(throws: ComposeError.self) {
            try ComposeModel(bytes: large, path: "c.yml")
        }
        #expect(tooLarge.kind == .tooLarge)
    }
}
