/// Which of some rows something has: ascending runs. A container that was there all the time is one run.
///
///     varint   number of lengths
///     lengths  varint each, alternating: absent, present, absent, …
struct RowSet: Equatable, Sendable {
    private(set) var runs: [Range<Int>] = []
    /// How many rows are in the set.
    private(set) var count = 0

    init() {}

    /// The rows `0..<count`.
    init(first count: Int) { append(0..<count) }

    /// Where the set ends: one behind its last row.
    var end: Int { runs.last?.upperBound ?? 0 }

    /// Whether these are all of `0..<bound`.
    func isAll(of bound: Int) -> Bool { count == bound }

    mutating func append(_ row: Int) { append(row..<(row + 1)) }

    /// - Parameter run: not before the end.
    mutating func append(_ run: Range<Int>) {
        guard !run.isEmpty else { return }
        precondition(run.lowerBound >= end)
        count += run.count
        if let last = runs.last, last.upperBound == run.lowerBound {
            runs[runs.count - 1] = last.lowerBound..<run.upperBound
        } else {
            runs.append(run)
        }
    }

    func write(to writer: inout ByteWriter) {
        writer.append(count: runs.count * 2)
        var next = 0
        for run in runs {
            writer.append(count: run.lowerBound - next)
            writer.append(count: run.count)
            next = run.upperBound
        }
    }

    /// - Parameter bound: rows beyond it are damage.
    init(of bound: Int, from reader: inout ByteReader) throws(DecodingFailure) {
        let lengths = try reader.count(
            of: "lengths of runs", atMost: min(bound + 2, reader.remaining))
        var next = 0
        for number in 0..<lengths {
            let length = try reader.count(of: "rows in a run", atMost: bound - next)
            if number % 2 == 1 { append(next..<(next + length)) }
            next += length
        }
    }
}

extension RowSet {
    /// The rows that both have, as positions among the rows of each: `(3, 5, 6)` and `(5, 6, 9)` have
    /// theirs at `(1, 2)` and `(0, 1)`.
    func meeting(_ other: RowSet) -> (here: RowSet, there: RowSet) {
        var (here, there) = (RowSet(), RowSet())
        var (index, otherIndex) = (0, 0)
        // Rows of each set before the run that is looked at.
        var (before, otherBefore) = (0, 0)
        while index < runs.count, otherIndex < other.runs.count {
            let (run, otherRun) = (runs[index], other.runs[otherIndex])
            let start = max(run.lowerBound, otherRun.lowerBound)
            let end = min(run.upperBound, otherRun.upperBound)
            if start < end {
                let position = before + start - run.lowerBound
                let otherPosition = otherBefore + start - otherRun.lowerBound
                here.append(position..<(position + end - start))
                there.append(otherPosition..<(otherPosition + end - start))
            }
            if run.upperBound <= otherRun.upperBound {
                before += run.count
                index += 1
            } else {
                otherBefore += otherRun.count
                otherIndex += 1
            }
        }
        return (here, there)
    }
}

extension RowSet {
    /// The runs, cut so that they match those of `other`, which has as many rows.
    func pieces(along other: RowSet) -> [Range<Int>] {
        var pieces: [Range<Int>] = []
        var (mine, theirs) = (0, 0)
        // How much of each current run is taken already.
        var (taken, takenBeside) = (0, 0)
        while mine < runs.count, theirs < other.runs.count {
            let left = runs[mine].dropFirst(taken)
            let length = Swift.min(left.count, other.runs[theirs].count - takenBeside)
            pieces.append(left.prefix(length))
            taken += length
            takenBeside += length
            if taken == runs[mine].count { (mine, taken) = (mine + 1, 0) }
            if takenBeside == other.runs[theirs].count { (theirs, takenBeside) = (theirs + 1, 0) }
        }
        return pieces
    }
}
