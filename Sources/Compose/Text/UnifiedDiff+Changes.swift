extension UnifiedDiff {
    /// Whole lines of the original and what they become.
    struct Change {
        var old: Range<Int>
        var new: [[UInt8]]
    }

    /// The lines of a text, each with its LF; the last one may have none.
    struct Lines {
        let bytes: [UInt8]
        private let starts: [Int]

        init(_ bytes: [UInt8]) {
            self.bytes = bytes
            var starts: [Int] = bytes.isEmpty ? [] : [0]
            for (offset, byte) in bytes.enumerated()
            where byte == UInt8(ascii: "\n") && offset + 1 < bytes.count {
                starts.append(offset + 1)
            }
            self.starts = starts
        }

        var count: Int { starts.count }

        subscript(line: Int) -> ArraySlice<UInt8> { bytes[start(of: line)..<start(of: line + 1)] }

        func start(of line: Int) -> Int { line < starts.count ? starts[line] : bytes.count }

        /// The line that has this offset. One past the end belongs to the last line where that has no LF,
        /// else to a line that does not exist yet.
        func line(at offset: Int) -> Int {
            if offset >= bytes.count {
                return bytes.isEmpty || bytes.last == UInt8(ascii: "\n") ? count : count - 1
            }
            var low = 0
            var high = starts.count
            while high - low > 1 {
                let middle = (low + high) / 2
                if starts[middle] <= offset { low = middle } else { high = middle }
            }
            return low
        }
    }

    /// Groups edits by the lines that they touch: linear, and exact where a general diff must search.
    static func changes(_ lines: Lines, _ edits: [ByteEdit]) -> [Change] {
        var changes: [Change] = []
        var index = 0
        while index < edits.count {
            let first = lines.line(at: edits[index].range.lowerBound)
            var end = first
            var group: [ByteEdit] = []
            func take(_ edit: ByteEdit) {
                group.append(edit)
                let last = max(edit.range.lowerBound, edit.range.upperBound - 1)
                end = min(lines.count, max(end, lines.line(at: last) + 1))
            }
            take(edits[index])
            index += 1
            while true {
                while index < edits.count, edits[index].range.lowerBound < lines.start(of: end) {
                    take(edits[index])
                    index += 1
                }
                // A line that lost its LF continues with the next one.
                let text = replacement(lines, first..<end, group)
                guard let last = text.last, last != UInt8(ascii: "\n"), end < lines.count else {
                    if let change = trimmed(lines, first..<end, text) { changes.append(change) }
                    break
                }
                end += 1
            }
        }
        return changes
    }

    private static func replacement(
        _ lines: Lines, _ range: Range<Int>, _ edits: [ByteEdit]
    ) -> [UInt8] {
        let start = lines.start(of: range.lowerBound)
        let local = edits.map { edit in
            var edit = edit
            edit.range = edit.range.lowerBound - start..<edit.range.upperBound - start
            return edit
        }
        return local.applied(to: Array(lines.bytes[start..<lines.start(of: range.upperBound)]))
    }

    /// Drops the lines at both ends that stay as they are.
    private static func trimmed(
        _ lines: Lines, _ range: Range<Int>, _ text: [UInt8]
    ) -> Change? {
        let new = Lines(text)
        var lower = 0
        while lower < min(range.count, new.count), lines[range.lowerBound + lower] == new[lower] {
            lower += 1
        }
        var tail = 0
        while tail < min(range.count, new.count) - lower,
            lines[range.upperBound - 1 - tail] == new[new.count - 1 - tail]
        { tail += 1 }
        let old = range.lowerBound + lower..<range.upperBound - tail
        let added = (lower..<new.count - tail).map { Array(new[$0]) }
        return old.isEmpty && added.isEmpty ? nil : Change(old: old, new: added)
    }
}
