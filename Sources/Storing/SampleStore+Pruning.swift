package import Measures

/// What a pruning took away, or would take.
package struct PruneOutcome: Hashable, Sendable {
    /// Spans of ticks, and what they covered by their labels.
    package var spans = 0
    package var ticks = 0
    package var first: Timestamp?
    package var last: Timestamp?
    /// Days of rollups.
    package var rollupDays = 0
    package var incarnations = 0
    package var series = 0
    package var bytesBefore = Bytes(0)
    package var bytesAfter = Bytes(0)
    /// Whether the file is still larger than the ceiling: what is left is the newest day and its rollups.
    package var isAboveCeiling = false

    package var isNothing: Bool { spans == 0 && rollupDays == 0 && incarnations == 0 }
}

extension SampleStore {
    /// Deletes what is older than `retention` says, by whole spans (days, once they are compacted), after they
    /// have been rolled up; then, while the store is larger than its ceiling, the oldest that is left.
    /// Incarnations, series and boots that nothing refers to any more go too, and the freed pages go back to
    /// the disk. The newest day of ticks always stays.
    ///
    /// Age is counted back from the end of the newest day, reckoned from its beginning: a clock that is set
    /// to a wrong year for a while deletes nothing. Up to two days more than asked for are kept.
    /// - Parameter isRehearsal: changes nothing, and tells what would go. A ceiling is not rehearsed.
    /// - Throws: `diskNearlyFull`, before anything is deleted.
    @discardableResult
    package func prune(
        to retention: Retention, isRehearsal: Bool = false
    ) throws(StoreError) -> PruneOutcome {
        guard !retention.isUnlimited else { return PruneOutcome() }
        var outcome = PruneOutcome()
        outcome.bytesBefore = try liveBytes()
        if !isRehearsal { try requireRoom(DiskSpace.pruningFloor, for: "deleting what is old") }
        for span in try agedSpans(retention) {
            if !isRehearsal { try remove(span) }
            outcome.add(span)
        }
        if let seconds = retention.rollupSeconds, let day = try dayAgo(seconds) {
            outcome.rollupDays += try pruneRollups(before: day, isRehearsal: isRehearsal)
        }
        if let ceiling = retention.sizeMax, !isRehearsal {
            try shrink(below: ceiling, &outcome)
        }
        if !isRehearsal {
            if !outcome.isNothing {
                (outcome.incarnations, outcome.series) = try removeOrphans()
                forget()
                try database.execute("PRAGMA incremental_vacuum", while: "shrinking the file")
                try database.checkpoint()
            }
        }
        outcome.bytesAfter = try liveBytes()
        return outcome
    }

    fileprivate struct AgedSpan {
        var id: Int64
        var start: Timestamp
        var end: Timestamp
        var ticks: Int
        var level: Int64
    }

    /// Pages in use.
    private func liveBytes() throws(StoreError) -> Bytes {
        let bytes = try database.integer(
            """
            SELECT (page_count - freelist_count) * page_size
            FROM pragma_page_count, pragma_freelist_count, pragma_page_size
            """, while: "measuring the store")
        return Bytes(bytes ?? 0)
    }

    // MARK: What is old

    /// All spans but those of the newest day, in the order they were taken, and where that day begins.
    private func spansBeforeNewestDay() throws(StoreError) -> (spans: [AgedSpan], dayStart: Int64?)
    {
        var statement = try database.prepare(
            """
            SELECT id, start_ms, end_ms, last_seq - first_seq + 1, level FROM span
            ORDER BY first_seq DESC
            """, while: "looking for what is old")
        var spans: [AgedSpan] = []
        let tail = try database.integer("SELECT min(time_ms) FROM tick", while: "reading samples")
        var dayStart = tail
        var covered =
            try database.integer(
                "SELECT max(time_ms) - min(time_ms) FROM tick", while: "reading samples") ?? 0
        while try statement.step() {
            let span = AgedSpan(
                id: statement.integer(0), start: Timestamp(milliseconds: statement.integer(1)),
                end: Timestamp(milliseconds: statement.integer(2)),
                ticks: Int(statement.integer(3)), level: statement.integer(4))
            let isNewestDay = covered < RollupBuilder.dayMilliseconds || dayStart == nil
            if isNewestDay, spans.isEmpty {
                covered = covered &+ max(0, span.end.rawValue &- span.start.rawValue)
                dayStart = min(dayStart ?? .max, span.start.rawValue)
            } else {
                spans.append(span)
            }
        }
        return (spans.reversed(), dayStart)
    }

    private func agedSpans(_ retention: Retention) throws(StoreError) -> [AgedSpan] {
        let (spans, dayStart) = try spansBeforeNewestDay()
        guard let seconds = retention.rawSeconds, let dayStart else { return [] }
        let oldest = dayStart &+ RollupBuilder.dayMilliseconds &- seconds &* 1000
        return spans.filter { $0.end.rawValue < oldest }
    }

    /// The day so long before the end of the newest; nil in an empty store.
    private func dayAgo(_ seconds: Int64) throws(StoreError) -> Int64? {
        guard let start = try spansBeforeNewestDay().dayStart else { return nil }
        return RollupBuilder.day(
            of: start &+ RollupBuilder.dayMilliseconds &- seconds &* 1000)
    }

    // MARK: Deleting

    /// In one transaction: what is in no rollup yet is added to them first.
    private func remove(_ span: AgedSpan) throws(StoreError) {
        try database.transaction(.immediate, while: "deleting what is old") {
            () throws(StoreError) in
            let level = try database.integer(
                "SELECT level FROM span WHERE id = ?", Int(span.id), while: "deleting what is old")
            // Another process was faster.
            guard let level else { return }
            if level != Schema.Level.rolledUpDay { try rollUp(span: span.id) }
            try delete("FROM block WHERE span = ?", span.id)
            try delete("FROM span WHERE id = ?", span.id)
        }
    }

    /// - Returns: how many days there were.
    private func pruneRollups(
        before day: Int64, isRehearsal: Bool
    ) throws(StoreError) -> Int {
        let count =
            try database.integer(
                "SELECT count(DISTINCT day) FROM rollup WHERE day < ?", Int(day),
                while: "looking for what is old") ?? 0
        if count > 0, !isRehearsal { try delete("FROM rollup WHERE day < ?", day) }
        return Int(count)
    }

    /// The oldest ticks first, then the oldest rollups.
    private func shrink(below ceiling: Bytes, _ outcome: inout PruneOutcome) throws(StoreError) {
        for span in try spansBeforeNewestDay().spans {
            guard try liveBytes() > ceiling else { return }
            try remove(span)
            outcome.add(span)
        }
        while try liveBytes() > ceiling {
            // The newest day's own stay.
            let day = try database.integer(
                "SELECT CASE WHEN min(day) < max(day) THEN min(day) END FROM rollup",
                while: "looking for what is old")
            guard let day else {
                outcome.isAboveCeiling = true
                return
            }
            outcome.rollupDays += try pruneRollups(before: day + 1, isRehearsal: false)
        }
    }

    /// - Returns: how many incarnations and series.
    private func removeOrphans() throws(StoreError) -> (Int, Int) {
        try database.transaction(.immediate, while: "deleting what is old") {
            () throws(StoreError) in
            try dropRoster()
            let (incarnations, boots) = try referred()
            let gone = try remove("incarnation", but: incarnations)
            let series = try database.integer(
                "SELECT count(*) FROM series WHERE id NOT IN (SELECT series FROM incarnation)",
                while: "deleting what is old")
            try database.execute(
                "DELETE FROM series WHERE id NOT IN (SELECT series FROM incarnation)",
                while: "deleting what is old")
            _ = try remove("boot", but: boots)
            return (gone, Int(series ?? 0))
        }
    }

    /// Ids of the incarnations and boots that ticks or rollups are about.
    private func referred() throws(StoreError) -> (Set<Int64>, Set<Int64>) {
        var incarnations: Set<Int64> = []
        var boots: Set<Int64> = []
        for group in try groupsOfRows() {
            try forEachRow(of: group, try keyTick(group.lowerBound)) { (header, samples) in
                boots.insert(header.boot)
                for sample in samples { incarnations.insert(sample.incarnation) }
            }
        }
        var statement = try database.prepare("SELECT id FROM span", while: "reading spans")
        while try statement.step() {
            let span = try span(statement.integer(0))
            boots.formUnion(span.ticks.boots)
            for block in try blocks(of: span, overlapping: nil) {
                incarnations.formUnion(block.reader.members.ids)
            }
        }
        try forEachRollup { _, entry in
            incarnations.insert(entry.id)
            boots.insert(entry.values.firstAt.boot)
            boots.insert(entry.values.lastAt.boot)
        }
        return (incarnations, boots)
    }

    /// - Returns: how many.
    private func remove(_ table: String, but kept: Set<Int64>) throws(StoreError) -> Int {
        var gone: [Int64] = []
        var statement = try database.prepare(
            "SELECT id FROM \(table)", while: "deleting what is old")
        while try statement.step() {
            if !kept.contains(statement.integer(0)) { gone.append(statement.integer(0)) }
        }
        statement.reset()
        for id in gone { try delete("FROM \(table) WHERE id = ?", id) }
        return gone.count
    }
}

extension PruneOutcome {
    fileprivate mutating func add(_ span: SampleStore.AgedSpan) {
        spans += 1
        ticks += span.ticks
        first = min(first ?? span.start, span.start)
        last = max(last ?? span.end, span.end)
    }
}
