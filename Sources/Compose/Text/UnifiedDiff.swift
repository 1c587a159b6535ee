/// The difference that edits make, in the format of `diff -u` and `patch`.
package enum UnifiedDiff {
    /// Lines of unchanged text around a change.
    static let contextLines = 3

    /// - Parameters:
    ///   - original: the bytes before.
    ///   - edits: sorted and not overlapping.
    ///   - path: as it shall stand after `a/` and `b/`; a leading `/` is dropped.
    /// - Returns: nothing for no edits. Lines end at LF only, as for `diff` and `patch`, so that the text of
    ///   CRLF and CR files passes through unchanged.
    package static func text(original: [UInt8], edits: [ByteEdit], path: String) -> [UInt8] {
        let lines = Lines(original)
        let changes = changes(lines, edits)
        guard !changes.isEmpty else { return [] }
        var text = Array("--- \(label("a/", path))\n+++ \(label("b/", path))\n".utf8)
        var shift = 0
        var start = 0
        while start < changes.count {
            var end = start + 1
            while end < changes.count,
                changes[end].old.lowerBound - changes[end - 1].old.upperBound <= 2 * contextLines
            { end += 1 }
            let hunk = changes[start..<end]
            append(hunk, lines, shift, to: &text)
            shift += hunk.reduce(0) { $0 + $1.new.count - $1.old.count }
            start = end
        }
        return text
    }

    /// GNU patch takes a name with blanks only up to a tab, and odd bytes only in quotes.
    private static func label(_ side: String, _ path: String) -> String {
        let name = side + path.drop { $0 == "/" }
        let isOdd = name.unicodeScalars.contains { $0.value < 32 || $0 == "\"" || $0 == "\\" }
        guard isOdd else { return name.contains(" ") ? name + "\t" : name }
        var quoted = "\""
        for scalar in name.unicodeScalars {
            switch scalar {
            case "\"", "\\": quoted += "\\\(scalar)"
            case "\n": quoted += "\\n"
            case "\t": quoted += "\\t"
            case let other where other.value < 32:
                let octal = String(other.value, radix: 8)
                quoted += "\\" + String(repeating: "0", count: 3 - octal.count) + octal
            default: quoted.unicodeScalars.append(scalar)
            }
        }
        return quoted + "\""
    }

    private static func append(
        _ hunk: ArraySlice<Change>, _ lines: Lines, _ shift: Int, to text: inout [UInt8]
    ) {
        guard let first = hunk.first, let last = hunk.last else { return }
        let old =
            max(
                0, first.old.lowerBound - contextLines)..<min(
                lines.count, last.old.upperBound + contextLines)
        let growth = hunk.reduce(0) { $0 + $1.new.count - $1.old.count }
        let new = old.lowerBound + shift..<old.upperBound + shift + growth
        text += Array("@@ -\(span(old)) +\(span(new)) @@\n".utf8)
        var line = old.lowerBound
        for change in hunk {
            while line < change.old.lowerBound {
                append(" ", lines[line], to: &text)
                line += 1
            }
            for removed in change.old { append("-", lines[removed], to: &text) }
            for added in change.new { append("+", added[...], to: &text) }
            line = change.old.upperBound
        }
        while line < old.upperBound {
            append(" ", lines[line], to: &text)
            line += 1
        }
    }

    /// `start,count` from 1; an empty span names the line before it; a count of 1 is left out.
    private static func span(_ range: Range<Int>) -> String {
        switch range.count {
        case 0: "\(range.lowerBound),0"
        case 1: "\(range.lowerBound + 1)"
        default: "\(range.lowerBound + 1),\(range.count)"
        }
    }

    private static func append(
        _ mark: Unicode.Scalar, _ line: ArraySlice<UInt8>, to text: inout [UInt8]
    ) {
        text.append(UInt8(ascii: mark))
        text += line
        if line.last != UInt8(ascii: "\n") {
            text += Array("\n\\ No newline at end of file\n".utf8)
        }
    }
}
