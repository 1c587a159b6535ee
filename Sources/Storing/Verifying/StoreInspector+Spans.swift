import Columns
import Measures

extension StoreInspector {
    func inspectSpans(_ keep: (SoundPiece) throws(StoreError) -> Void) throws(StoreError) {
        for id in try keys("SELECT id FROM span ORDER BY first_seq") {
            try attempt(.span(id)) { () throws(StoreError) in try inspectSpan(id, keep) }
        }
        let orphans = "SELECT DISTINCT span FROM block WHERE span NOT IN (SELECT id FROM span)"
        for id in try keys(orphans + " ORDER BY span") {
            note(StoreDamage(place: .span(id), what: "it is missing, and its blocks are there"))
        }
    }

    private func inspectSpan(
        _ id: Int64, _ keep: (SoundPiece) throws(StoreError) -> Void
    ) throws(StoreError) {
        let digest = store.formatVersion > 1 ? "digest" : "NULL"
        var statement = try store.database.prepare(
            "SELECT first_seq, last_seq, start_ms, end_ms, level, \(digest), ticks "
                + "FROM span WHERE id = ?", while: "reading spans")
        try statement.bind(1, id)
        guard try statement.step() else { throw misplaced }
        let (start, end) = (statement.integer(2), statement.integer(3))
        let times =
            start <= end
            ? Timestamp(milliseconds: start)...Timestamp(milliseconds: end) : nil
        let ticks: TickTable
        let scratch = ColumnScratch()
        do throws(DecodingFailure) {
            ticks = try statement.withBlob(6) { (bytes) throws(DecodingFailure) in
                try TickColumns.decode(bytes, using: scratch)
            }
        } catch {
            note(
                StoreDamage(
                    place: .span(id), what: "its ticks: \(error)", times: times,
                    series: try seriesOfBlocks(id)))
            return
        }
        verification.spans += 1
        let before = verification.damages.count
        checkLabels(id, statement, ticks)
        for tick in ticks { follow(tick) }
        try requireBoots(ticks.boots, at: .span(id), keep)
        let blocks = try inspectBlocks(of: id, ticks, keep)
        if let written = statement.optionalInteger(5), verification.damages.count == before,
            try store.digest(ofSpan: id) != written
        {
            note(
                StoreDamage(
                    place: .span(id), what: "its blocks are not those that it was made with",
                    times: ticks.labels))
        }
        let known = [Schema.Level.sixtyTicks, Schema.Level.day, Schema.Level.rolledUpDay]
        let level = statement.integer(4)
        try keep(
            .span(
                ticks, level: known.contains(level) ? level : Schema.Level.rolledUpDay,
                blocks: blocks))
    }

    /// What stands beside the ticks.
    private func checkLabels(
        _ id: Int64, _ row: borrowing SQLiteStatement, _ ticks: TickTable
    ) {
        let (first, last) = (row.integer(0), row.integer(1))
        func wrong(_ what: String) {
            note(
                StoreDamage(
                    place: .span(id), what: what, times: ticks.labels, losesSamples: false))
        }
        if last &- first &+ 1 != Int64(ticks.count) {
            wrong("\(ticks.count) ticks are numbered \(first) to \(last)")
        } else if first <= lastSequence {
            wrong("its ticks from \(first) on are numbered like others up to \(lastSequence)")
        }
        lastSequence = max(lastSequence, last)
        if row.integer(2) != ticks.times.min() || row.integer(3) != ticks.times.max() {
            wrong("its labels are not those of its ticks")
        }
        let level = row.integer(4)
        switch level {
        case Schema.Level.sixtyTicks where ticks.count > SampleStore.ticksPerKey:
            wrong("\(ticks.count) ticks at level \(level)")
        case Schema.Level.sixtyTicks, Schema.Level.day, Schema.Level.rolledUpDay: break
        default: wrong("level \(level)")
        }
    }

    private func seriesOfBlocks(_ span: Int64) throws(StoreError) -> [SeriesIdentity] {
        var ids: Set<Int64> = []
        var statement = try store.database.prepare(
            "SELECT first_id, last_id FROM block WHERE span = ?", while: "reading blocks")
        try statement.bind(1, span)
        while try statement.step() {
            for id in incarnations.keys
            where statement.integer(0) <= id && id <= statement.integer(1) {
                ids.insert(id)
            }
        }
        return names(ids)
    }
}

extension TickTable {
    /// From the earliest label to the latest; nil of no ticks.
    var labels: ClosedRange<Timestamp>? {
        guard let first = times.min(), let last = times.max() else { return nil }
        return Timestamp(milliseconds: first)...Timestamp(milliseconds: last)
    }
}
