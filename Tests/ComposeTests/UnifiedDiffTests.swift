import Compose
import Testing

struct UnifiedDiffTests {
    /// Replaces every `x` of a text by a `y`-text.
    static func edits(_ text: String, _ replacement: String) -> [ByteEdit] {
        let bytes = Array(text.utf8)
        return bytes.indices.filter { bytes[$0] == UInt8(ascii: "x") }.map { offset in
            ByteEdit(
                range: offset..<offset + 1, old: [UInt8(ascii: "x")], new: Array(replacement.utf8),
                line: 1, reason: "")
        }
    }

    static func diff(_ text: String, _ replacement: String, path: String = "c.yml") -> String {
        String(
            decoding: UnifiedDiff.text(
                original: Array(text.utf8), edits: edits(text, replacement), path: path),
            as: UTF8.self)
    }

    @Test func threeLinesOfContext() {
        #expect(
            Self.diff("1\n2\n3\n4\nax\n6\n7\n8\n9\n", "y") == """
                --- a/c.yml
                +++ b/c.yml
                @@ -2,7 +2,7 @@
                 2
                 3
                 4
                -ax
                +ay
                 6
                 7
                 8

                """)
    }

    @Test func nearChangesShareAHunkAndFarOnesDoNot() {
        let near = "x\n1\n2\n3\n4\n5\n6\nx\n"
        #expect(Self.diff(near, "y").components("@@ ").count == 2)
        let far = "x\n1\n2\n3\n4\n5\n6\n7\nx\n"
        #expect(Self.diff(far, "y").components("@@ ").count == 3)
    }

    @Test func noFinalNewline() {
        #expect(
            Self.diff("a\nx", "y") == """
                --- a/c.yml
                +++ b/c.yml
                @@ -1,2 +1,2 @@
                 a
                -x
                \\ No newline at end of file
                +y
                \\ No newline at end of file

                """)
    }

    @Test func oneLineOfCarriageReturns() {
        #expect(
            Self.diff("a\rx\rb", "y")
                == "--- a/c.yml\n+++ b/c.yml\n@@ -1 +1 @@\n-a\rx\rb\n"
                + "\\ No newline at end of file\n+a\ry\rb\n\\ No newline at end of file\n")
    }

    @Test func nothingForNoChange() {
        #expect(Self.diff("a\nb\n", "y") == "")
        #expect(Self.diff("a\nx\n", "x") == "")
    }

    @Test(arguments: [
        ("/etc/c.yml", "a/etc/c.yml"), ("my dir/c.yml", "a/my dir/c.yml\t"),
        ("we\"ird\\\t.yml", #""a/we\"ird\\\t.yml""#),
    ])
    func namesAsPatchReadsThem(path: String, label: String) {
        #expect(Self.diff("x\n", "y", path: path).hasPrefix("--- \(label)\n"))
    }

    /// Replacements that add, remove and join lines, in texts with all line ends, against `diff -u` and
    /// `patch`.
    @Test(
        .enabled(if: isInstalled("patch"), "patch is not installed"),
        arguments: [
            "y", "", "y\n", "\n", "y\nz\nw\n\n", "\r\ny", "yx",
        ])
    func patchApplies(replacement: String) throws {
        let directory = try TemporaryDirectory()
        var random = SeededGenerator(seed: 7)
        for round in 0..<12 {
            var text = ""
            for _ in 0..<Int.random(in: 0...60, using: &random) {
                text +=
                    ["a\n", "b\r\n", "c\r", "x", "\n", "é\n", "dx\n", "e\nf\ng\nh\n"]
                    .randomElement(using: &random) ?? ""
            }
            try Self.checkWithPatch(
                Array(text.utf8), Self.edits(text, replacement), directory.path,
                "round \(round)")
        }
    }

    @Test(.enabled(if: isInstalled("patch"), "patch is not installed"))
    func patchAppliesToRetieredEstates() throws {
        let directory = try TemporaryDirectory()
        for seed in 0..<12 as Range<UInt64> {
            var random = SeededGenerator(seed: seed)
            let file = try compose(PropertyTests.estate(&random, services: 20))
            let wanted = Dictionary(uniqueKeysWithValues: file.services.map { ($0.name, "medium") })
            try Self.checkWithPatch(
                file.bytes, file.plan(assigning: wanted).edits, directory.path, "seed \(seed)")
        }
    }

    private static func checkWithPatch(
        _ original: [UInt8], _ edits: [ByteEdit], _ directory: String, _ place: Comment
    ) throws {
        var changed = original
        for edit in edits.reversed() { changed.replaceSubrange(edit.range, with: edit.new) }
        let diff = UnifiedDiff.text(original: original, edits: edits, path: "c.yml")
        #expect(diff.isEmpty == (changed == original), place)
        guard !diff.isEmpty else { return }
        shell("mkdir -p '\(directory)/a' '\(directory)/b'")
        try Fixtures.write(original, to: directory + "/c.yml")
        try Fixtures.write(original, to: directory + "/a/c.yml")
        try Fixtures.write(changed, to: directory + "/b/c.yml")
        try Fixtures.write(diff, to: directory + "/ours.diff")
        let status = shell("cd '\(directory)' && patch -s --binary -p1 < ours.diff >&2")
        #expect(status == 0, place)
        // patch removes a file that becomes empty.
        if !changed.isEmpty {
            #expect(try Fixtures.bytes(directory + "/c.yml") == changed, place)
        }
        guard isInstalled("diff") else { return }
        shell(
            "cd '\(directory)' && diff -u --label a/c.yml --label b/c.yml a/c.yml b/c.yml > theirs.diff"
        )
        let theirs = try Fixtures.text(directory + "/theirs.diff")
        // Where a replacement moves lines, diff may choose others to blame, but never fewer than needed.
        let ours = String(decoding: diff, as: UTF8.self)
        if edits.allSatisfy({ !$0.new.contains(10) && !$0.new.isEmpty }) {
            #expect(ours.components("\n@@ ").count == theirs.components("\n@@ ").count, place)
            #expect(ours.utf8.count == theirs.utf8.count, place)
        }
    }
}

extension String {
    func components(_ separator: String) -> [String] {
        var parts: [String] = []
        var rest = self[...]
        while let range = rest.firstRange(of: separator) {
            parts.append(String(rest[..<range.lowerBound]))
            rest = rest[range.upperBound...]
        }
        return parts + [String(rest)]
    }
}
