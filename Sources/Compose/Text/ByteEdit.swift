/// One replacement of bytes in a file.
package struct ByteEdit: Hashable, Sendable {
    /// Byte offsets in the file as it was read.
    package var range: Range<Int>
    /// What stands there now.
    package var old: [UInt8]
    package var new: [UInt8]
    /// The line of the first byte, counted from 1.
    package var line: Int
    package var reason: EditReason

    package init(
        range: Range<Int>, old: [UInt8], new: [UInt8], line: Int, reason: EditReason
    ) {
        self.range = range
        self.old = old
        self.new = new
        self.line = line
        self.reason = reason
    }
}

extension [ByteEdit] {
    /// - Precondition: sorted by range, not overlapping, made for these bytes.
    package func applied(to bytes: [UInt8]) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(reduce(bytes.count) { $0 + $1.new.count - $1.old.count })
        bytes.withUnsafeBufferPointer { bytes in
            var position = 0
            for edit in self {
                precondition(edit.range.lowerBound >= position, "edits overlap or are not sorted")
                precondition(
                    UnsafeBufferPointer(rebasing: bytes[edit.range]).elementsEqual(edit.old),
                    "edits of another file")
                result.append(
                    contentsOf: UnsafeBufferPointer(
                        rebasing: bytes[position..<edit.range.lowerBound]))
                result.append(contentsOf: edit.new)
                position = edit.range.upperBound
            }
            result.append(contentsOf: UnsafeBufferPointer(rebasing: bytes[position...]))
        }
        return result
    }

    /// The edits that lead back, in the offsets of the file that these make.
    package var inverted: [ByteEdit] {
        var shift = 0
        return map { edit in
            let start = edit.range.lowerBound + shift
            shift += edit.new.count - edit.old.count
            return ByteEdit(
                range: start..<start + edit.new.count, old: edit.new, new: edit.old,
                line: edit.line, reason: edit.reason)
        }
    }
}
