import Measures

extension SampleStore {
    /// How ticks become blocks.
    package struct CompactionPolicy: Sendable {
        /// Ticks in a block.
        package var ticksPerBlock: Int
        /// Ticks that stay rows after a compaction. Zero moves everything.
        package var ticksKept: Int

        package init(ticksPerBlock: Int, ticksKept: Int) {
            precondition(ticksPerBlock > 0 && ticksPerBlock <= Block.ticksMax && ticksKept >= 0)
            self.ticksPerBlock = ticksPerBlock
            self.ticksKept = ticksKept
        }

        /// An hour of a sampler that cron starts each minute.
        package static let standard = CompactionPolicy(ticksPerBlock: 60, ticksKept: 60)
    }

    /// Turns ticks that are old enough into blocks. Each block is one transaction that inserts, decodes
    /// what it inserted, compares, and only then deletes the rows.
    /// - Returns: how many blocks were made.
    @discardableResult
    package func compact(_ policy: CompactionPolicy = .standard) throws(StoreError) -> Int {
        var made = 0
        while true {
            let waiting =
                try database.integer("SELECT count(*) FROM tick", while: "counting samples") ?? 0
            let due = Int(waiting) - policy.ticksKept
            // A rest shorter than a block waits for more, unless nothing is to be kept as rows.
            guard due >= policy.ticksPerBlock || (policy.ticksKept == 0 && due > 0) else { break }
            try database.transaction(.immediate, while: "compacting samples") {
                () throws(StoreError) in
                try compactOldest(min(due, policy.ticksPerBlock))
            }
            made += 1
        }
        if made > 0 {
            try database.execute("PRAGMA incremental_vacuum", while: "shrinking the file")
        }
        return made
    }

    private func compactOldest(_ count: Int) throws(StoreError) {
        let (sequence, ticks) = try readTickRows(
            where: "TRUE ORDER BY seq LIMIT \(count)")
        // Another process may have compacted between the count and this transaction's lock.
        guard let first = sequence.first, let last = sequence.last else { return }
        let block = Block(ticks)
        let bytes = block.encoded()
        do {
            guard try Block(decoding: bytes) == block else {
                throw DecodingFailure("it decodes to other values")
            }
        } catch {
            throw .sqlite(
                path: path, operation: "compacting samples \(first)–\(last)",
                message: "the block just made cannot be trusted: \(error); the samples stay as rows"
            )
        }
        var insert = try database.prepare(
            "INSERT INTO block(first_seq, last_seq, start_ms, end_ms, data) VALUES(?, ?, ?, ?, ?)",
            while: "compacting samples")
        let times = block.ticks.map(\.time.rawValue)
        try insert.bind(1, first)
        try insert.bind(2, last)
        try insert.bind(3, times.min())
        try insert.bind(4, times.max())
        try insert.bind(5, bytes)
        try insert.run()
        var delete = try database.prepare(
            "DELETE FROM tick WHERE seq BETWEEN ? AND ?", while: "compacting samples")
        try delete.bind(1, first)
        try delete.bind(2, last)
        try delete.run()
    }

    /// Rows of the hot tail with their sequence numbers.
    /// - Parameter condition: SQL after WHERE, of our own making.
    func readTickRows(
        where condition: String
    ) throws(StoreError) -> (
        sequence: [Int64], ticks: [(header: Block.TickHeader, samples: [TickRow.Sample])]
    ) {
        var statement = try database.prepare(
            """
            SELECT seq, time_ms, boot, uptime_ms, host_millicores, host_memory_bytes, samples
            FROM tick WHERE \(condition)
            """, while: "reading samples")
        var sequence: [Int64] = []
        var ticks: [(header: Block.TickHeader, samples: [TickRow.Sample])] = []
        while try statement.step() {
            let number = statement.integer(0)
            let header = Block.TickHeader(
                time: Timestamp(milliseconds: statement.integer(1)), boot: statement.integer(2),
                uptimeMilliseconds: statement.integer(3),
                host: HostCapacity(
                    cpus: statement.optionalInteger(4).map(Cores.init(millicores:)),
                    memory: statement.optionalInteger(5).map(Bytes.init(rawValue:))))
            do {
                ticks.append((header, try TickRow.decode(statement.blob(6))))
            } catch {
                throw .damaged(
                    path: path, what: "sample \(number) of \(header.time.iso8601): \(error)")
            }
            sequence.append(number)
        }
        return (sequence, ticks)
    }
}
