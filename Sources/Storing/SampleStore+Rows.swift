import Measures

extension SampleStore {
    static let labelColumns =
        "seq, key, time_ms, boot, uptime_ms, host_millicores, host_memory_bytes"

    /// Reads rows of the hot tail one after the other.
    /// - Parameter key: the tick that all but the first of them are told against.
    /// - Throws: `damaged` with the sample and its time, where a row cannot be decoded.
    func forEachRow(
        of group: ClosedRange<Int64>, _ key: KeyTick,
        _ body: (TickHeader, [TickRow.Sample]) -> Void
    ) throws(StoreError) {
        var statement = try database.prepare(
            """
            SELECT \(Self.labelColumns), samples
            FROM tick WHERE seq BETWEEN ? AND ? ORDER BY seq
            """, while: "reading samples")
        try statement.bind(1, group.lowerBound)
        try statement.bind(2, group.upperBound)
        while try statement.step() {
            let sequence = statement.integer(0)
            let label = TickRow.Label(statement)
            let header = label.header
            guard sequence == key.sequence || statement.optionalInteger(1) == key.sequence else {
                throw .damaged(
                    path: path,
                    what: "sample \(sequence) of \(header.time.iso8601) is not told against "
                        + "sample \(key.sequence)")
            }
            do {
                let samples =
                    sequence == key.sequence
                    ? key.samples
                    : try TickRow.decode(
                        statement.blob(7), against: key.samples, label: label.bytes)
                body(header, samples)
            } catch {
                throw .damaged(
                    path: path, what: "sample \(sequence) of \(header.time.iso8601): \(error)")
            }
        }
    }

    /// The groups of ticks of the hot tail that share a key tick, in order.
    func groupsOfRows() throws(StoreError) -> [ClosedRange<Int64>] {
        var statement = try database.prepare(
            "SELECT min(seq), max(seq) FROM tick GROUP BY ifnull(key, seq) ORDER BY 1",
            while: "reading samples")
        var groups: [ClosedRange<Int64>] = []
        while try statement.step() { groups.append(statement.integer(0)...statement.integer(1)) }
        return groups
    }
}

extension TickRow.Label {
    /// - Parameter statement: at a row that begins with the columns `SampleStore.labelColumns`.
    init(_ statement: borrowing SQLiteStatement) {
        self.init(
            sequence: statement.integer(0), key: statement.optionalInteger(1),
            header: TickHeader(
                time: Timestamp(milliseconds: statement.integer(2)), boot: statement.integer(3),
                uptimeMilliseconds: statement.integer(4),
                host: HostCapacity(
                    cpus: statement.optionalInteger(5).map(Cores.init(millicores:)),
                    memory: statement.optionalInteger(6).map(Bytes.init(rawValue:)))))
    }
}
