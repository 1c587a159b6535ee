/// Which of a block's rows something has, as alternating runs: absent, present, absent, … A container
/// that was there all the time takes three bytes.
///
///     varint   number of runs
///     runs ×   varint length, the first one absent
enum RowSet {
    static func append(_ rows: [Int32], of count: Int, to writer: inout ByteWriter) {
        var runs: [Int] = []
        var next = 0
        var index = 0
        while index < rows.count {
            let start = Int(rows[index])
            var end = start + 1
            index += 1
            while index < rows.count, Int(rows[index]) == end {
                end += 1
                index += 1
            }
            runs.append(start - next)
            runs.append(end - start)
            next = end
        }
        precondition(next <= count)
        writer.append(count: runs.count)
        for run in runs { writer.append(count: run) }
    }

    static func read(
        of count: Int, from reader: inout ByteReader
    ) throws(DecodingFailure) -> [Int32] {
        let runs = try reader.count(of: "runs", atMost: count + 2)
        var rows: [Int32] = []
        var next = 0
        for run in 0..<runs {
            let length = try reader.count(of: "rows in a run", atMost: count - next)
            if run % 2 == 1 { rows.append(contentsOf: Int32(next)..<Int32(next + length)) }
            next += length
        }
        return rows
    }
}
