import Columns
import Measures

extension SampleStore {
    /// Turns ticks that are old enough into columns: sixty of them into a span, the spans of a day into
    /// one. Each step is one transaction that inserts, decodes what it inserted, compares, and only then
    /// deletes what it was made from.
    /// - Parameters:
    ///   - ticksKept: how many ticks stay rows. None of them: then what is left of the last hour and day is
    ///     made into columns too.
    ///   - preparing: called before each span of sixty ticks, which takes megabytes for a thousand containers.
    /// - Returns: how many spans of sixty ticks were made.
    @discardableResult
    package func compact(
        keeping ticksKept: Int = 60, preparing: () -> Void = {}
    ) throws(StoreError) -> Int {
        var made = 0
        while try compactOldest(keeping: ticksKept, preparing) { made += 1 }
        var merged = 0
        while try mergeOldest(completely: ticksKept == 0) { merged += 1 }
        // Days that were left without: one each day, all when everything is to be done.
        if try rollsUp, merged > 0 || ticksKept == 0 {
            while try rollUpOldest(), ticksKept == 0 {}
        }
        // Days end once a day: then what is older than it should be goes too.
        if merged > 0 { try prune(to: try settings().retention) }
        if made + merged > 0 {
            try database.execute("PRAGMA incremental_vacuum", while: "shrinking the file")
            try database.checkpoint()
        }
        return made
    }

    /// What is due, rollups and retention included, and then the log into the file.
    /// - Parameter withHotTail: also what is not due yet.
    package func compactEverything(withHotTail: Bool) throws(StoreError) {
        try compact(keeping: withHotTail ? 0 : 60)
        if try rollsUp { try rollUpDays() }
        try prune(to: try settings().retention)
        try database.execute("PRAGMA incremental_vacuum", while: "shrinking the file")
        try database.checkpoint()
    }

    /// Whether days get rollups as they end: where their ticks are to be deleted some day. While all ticks
    /// are kept, rollups would only make the file larger.
    private var rollsUp: Bool {
        get throws(StoreError) { try !settings().retention.isUnlimited }
    }

    /// - Returns: whether there was a whole group of ticks to make into a span.
    private func compactOldest(
        keeping ticksKept: Int, _ preparing: () -> Void
    ) throws(StoreError) -> Bool {
        let isDue =
            try database.integer(
                "SELECT count(*) > ? FROM tick", ticksKept, while: "counting samples") == 1
        guard isDue else { return false }
        try requireRoom(DiskSpace.compactionFloor, for: "compacting")
        return try database.transaction(.immediate, while: "compacting samples") {
            () throws(StoreError) in
            guard let group = try oldestGroup(keeping: ticksKept) else { return false }
            preparing()
            try compact(group)
            return true
        }
    }

    /// The oldest key tick and all that are told against it, when enough ticks follow; nil otherwise.
    private func oldestGroup(keeping ticksKept: Int) throws(StoreError) -> ClosedRange<Int64>? {
        var statement = try database.prepare(
            """
            WITH tail AS (SELECT min(seq) AS first, max(seq) AS last FROM tick)
            SELECT first, last,
                (SELECT min(seq) FROM tick WHERE seq > tail.first AND key IS NULL) FROM tail
            """, while: "compacting samples")
        guard try statement.step(), let first = statement.optionalInteger(0) else { return nil }
        let (last, next) = (statement.integer(1), statement.optionalInteger(2))
        guard let next else { return ticksKept == 0 ? first...last : nil }
        return last - next + 1 >= ticksKept ? first...(next - 1) : nil
    }

    private func compact(_ group: ClosedRange<Int64>) throws(StoreError) {
        let key = try keyTick(group.lowerBound)
        var ticks = TickTable()
        var ids: Set<Int64> = []
        try forEachRow(of: group, key) { (header, samples) in
            ticks.append(header)
            for sample in samples { ids.insert(sample.incarnation) }
        }
        let span = try insert(ticks, group, level: Schema.Level.sixtyTicks)
        for part in ids.sorted().chunked(into: Block.incarnationsMax) {
            var builder = BlockBuilder(ids: part)
            var row = 0
            try forEachRow(of: group, key) { (_, samples) in
                for sample in samples { builder.append(sample, at: row) }
                row += 1
            }
            let source = builder.finished(tickCount: ticks.count)
            try insert(source, into: span, choosing: .fast)
        }
        try seal(span: span)
        // The group is the oldest.
        try delete("FROM tick WHERE seq <= ?", group.upperBound)
        self.key = nil
    }

    // MARK: Days

    /// How long a merged span is at most, if it has no more ticks than a span may have.
    private static let mergedMilliseconds: Int64 = 86_400_000

    /// - Parameter completely: also merges a day that is not over.
    /// - Returns: whether there was anything to merge.
    private func mergeOldest(completely: Bool) throws(StoreError) -> Bool {
        guard try !spansToMerge(completely).isEmpty else { return false }
        return try database.transaction(.immediate, while: "compacting a day") {
            () throws(StoreError) in
            let spans = try spansToMerge(completely)
            guard let first = spans.first, let last = spans.last else { return false }
            let merger = try SpanMerger(spans.map(\.id), in: self)
            let merged = try insert(
                merger.ticks, first.sequences.lowerBound...last.sequences.upperBound,
                level: Schema.Level.day)
            for part in merger.ids.chunked(into: Block.incarnationsMax) {
                try insert(try merger.source(of: part), into: merged, choosing: .smallest)
            }
            for span in spans {
                try delete("FROM block WHERE span = ?", span.id)
                try delete("FROM span WHERE id = ?", span.id)
            }
            try seal(span: merged)
            if try rollsUp { try rollUp(span: merged) }
            return true
        }
    }

    /// The oldest spans that make a day together; none while they do not.
    private func spansToMerge(
        _ completely: Bool
    ) throws(StoreError) -> [(id: Int64, sequences: ClosedRange<Int64>)] {
        var statement = try database.prepare(
            """
            SELECT id, first_seq, last_seq, start_ms, end_ms FROM span WHERE level = 0
            ORDER BY first_seq
            """, while: "compacting a day")
        var spans: [(id: Int64, sequences: ClosedRange<Int64>)] = []
        var milliseconds: Int64 = 0
        while try statement.step() {
            let first = statement.integer(1)
            let sequences = first...max(first, statement.integer(2))
            // Covered time: a clock that was set neither shortens nor lengthens a day.
            let covered = max(0, statement.integer(4) &- statement.integer(3))
            if let oldest = spans.first?.sequences,
                milliseconds &+ covered > Self.mergedMilliseconds
                    || sequences.upperBound - oldest.lowerBound >= Int64(TickColumns.ticksMax)
            {
                return spans
            }
            spans.append((statement.integer(0), sequences))
            milliseconds &+= covered
        }
        return completely ? spans : []
    }

    // MARK: Writing

    /// - Returns: the new span's id.
    func insert(
        _ ticks: TickTable, _ sequences: ClosedRange<Int64>, level: Int64
    ) throws(StoreError) -> Int64 {
        let bytes = TickColumns.encode(ticks)
        let scratch = ColumnScratch()
        do throws(DecodingFailure) {
            let decoded = try bytes.withBytes { (bytes) throws(DecodingFailure) in
                try TickColumns.decode(bytes, using: scratch)
            }
            guard decoded == ticks else { throw DecodingFailure("it decodes to other values") }
        } catch {
            throw untrusted(sequences.lowerBound, error)
        }
        var statement = try database.prepare(
            """
            INSERT INTO span(first_seq, last_seq, start_ms, end_ms, level, ticks)
            VALUES(?, ?, ?, ?, ?, ?) RETURNING id
            """, while: "compacting samples")
        try statement.bind(1, sequences.lowerBound)
        try statement.bind(2, sequences.upperBound)
        try statement.bind(3, ticks.times.min())
        try statement.bind(4, ticks.times.max())
        try statement.bind(5, level)
        try statement.bind(6, bytes)
        var id: Int64 = 0
        while try statement.step() { id = statement.integer(0) }
        return id
    }

    func insert(
        _ source: some BlockSource, into span: Int64, choosing preference: IntegerColumn.Preference
    ) throws(StoreError) {
        let bytes: [UInt8]
        do throws(DecodingFailure) {
            bytes = try Block.encode(source, choosing: preference)
            try bytes.withBytes { (bytes) throws(DecodingFailure) in
                try BlockReader(bytes, tickCount: source.members.tickCount).require(source)
            }
        } catch {
            throw untrusted(span, error)
        }
        try insert(block: bytes, source.members.ids, into: span)
    }

    /// - Parameter ids: those that the block holds.
    func insert(block bytes: [UInt8], _ ids: [Int64], into span: Int64) throws(StoreError) {
        var statement = try database.prepare(
            "INSERT INTO block(span, first_id, last_id, data) VALUES(?, ?, ?, ?)",
            while: "compacting samples")
        try statement.bind(1, span)
        try statement.bind(2, ids.first)
        try statement.bind(3, ids.last)
        try statement.bind(4, bytes)
        try statement.run()
    }

    func delete(_ what: String, _ id: Int64) throws(StoreError) {
        var statement = try database.prepare("DELETE \(what)", while: "compacting samples")
        try statement.bind(1, id)
        try statement.run()
    }

    private func untrusted(_ span: Int64, _ error: DecodingFailure) -> StoreError {
        .sqlite(
            path: path, operation: "compacting samples (span \(span))",
            message:
                "the columns just made cannot be trusted: \(error); the samples stay as they were"
        )
    }
}

extension [Int64] {
    fileprivate func chunked(into size: Int) -> [[Int64]] {
        stride(from: 0, to: count, by: size).map { Array(self[$0..<Swift.min($0 + size, count)]) }
    }
}
