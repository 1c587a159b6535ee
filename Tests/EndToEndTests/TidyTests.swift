import Glibc
import TestSupport
import Testing

/// Guards the tree itself.
@Suite struct TidyTests {
    /// Tracked files by path; empty where this is no git checkout.
    private func trackedFiles() throws -> [String] {
        let run = try Program.run(
            ["-C", projectPath("."), "ls-files", "-z"], program: "/usr/bin/git")
        return run.code == 0 ? run.output.split(separator: "\0").map(String.init) : []
    }

    private func text(_ path: String) throws -> String {
        String(decoding: try readFile(projectPath(path)), as: UTF8.self)
    }

    /// All of Foundation adds 40 MB and 15 ms to a program that cron starts each minute.
    @Test func nothingImportsAllOfFoundation() throws {
        for path in try trackedFiles() where path.hasSuffix(".swift") {
            for line in try text(path).split(separator: "\n") {
                let words = line.split(separator: " ")
                #expect(words.suffix(2) != ["import", "Foundation"], "\(path)")
            }
        }
    }

    @Test func noSourceFileHoldsTwoSubjects() throws {
        for path in try trackedFiles() where path.hasPrefix("Sources/") && path.hasSuffix(".swift")
        {
            let lines = try text(path).split(separator: "\n", omittingEmptySubsequences: false)
            #expect(lines.count <= 400, "\(path) has \(lines.count) lines")
        }
    }

    @Test func nothingIsLeftForLater() throws {
        for path in try trackedFiles() where path.hasPrefix("Sources/") {
            for word in ["TODO", "FIXME", "XXX:", "fatalError(", "try!", "as!", "@unchecked"] {
                #expect(try !text(path).contains(word), "\(path) says \(word)")
            }
        }
    }

    /// Arrows run one way (ARCHITECTURE.md): what each module may import of ours.
    @Test(
        arguments: [
            ("Measures", []), ("Files", []), ("Threading", ["CIntrinsics"]),
            ("Sampling", ["Measures"]),
            ("Storing", ["Measures", "Columns", "Threading", "CSQLite", "CZlib"]),
            ("Sizing", ["Measures", "Statistics"]), ("Compose", ["Files", "Measures", "CYAML"]),
            ("Reporting", ["Measures", "Sizing", "Statistics"]),
            ("Exchange", ["Columns", "Files", "Measures", "Storing"]),
            (
                "Statistics",
                [
                    "CIntrinsics", "Threading", "SelectionKernels", "SelectionKernelsAVX2",
                    "SelectionKernelsAVX512",
                ]
            ),
            ("SelectionKernels", ["CIntrinsics"]), ("Columns", []),
        ] as [(String, [String])])
    func arrowsRunOneWay(module: String, allowed: [String]) throws {
        let others: Set<String> = [
            "Glibc", "Musl", "Darwin", "FoundationEssentials", "Synchronization",
        ]
        for path in try trackedFiles() where path.hasPrefix("Sources/\(module)/") {
            for line in try text(path).split(separator: "\n") {
                let words = line.split(separator: " ")
                guard let mark = words.firstIndex(of: "import"), mark <= 1, mark + 1 < words.count
                else { continue }
                let name = String(words[mark + 1])
                #expect(allowed.contains(name) || others.contains(name), "\(path) imports \(name)")
            }
        }
    }
}
