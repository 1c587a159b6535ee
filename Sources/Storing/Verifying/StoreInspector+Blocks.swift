import Measures

extension StoreInspector {
    func inspectBlocks(
        of span: Int64, _ ticks: TickTable, _ keep: (SoundPiece) throws(StoreError) -> Void
    ) throws(StoreError) -> [SoundBlock] {
        var sound: [SoundBlock] = []
        var last: Int64?
        for first in try keys("SELECT first_id FROM block WHERE span = \(span) ORDER BY first_id") {
            let place = StoreDamage.Place.block(span: span, first: first)
            try attempt(place, times: ticks.labels) { () throws(StoreError) in
                var statement = try store.database.prepare(
                    "SELECT last_id, data FROM block WHERE span = ? AND first_id = ?",
                    while: "reading blocks")
                try statement.bind(1, span)
                try statement.bind(2, first)
                guard try statement.step() else {
                    throw misplaced
                }
                let lastID = statement.integer(0)
                let stored: StoredBlock
                do throws(DecodingFailure) {
                    stored = try statement.withBlob(1) { (bytes) throws(DecodingFailure) in
                        try StoredBlock(copying: bytes, tickCount: ticks.count)
                    }
                } catch {
                    note(
                        StoreDamage(
                            place: place, what: "\(error)", times: ticks.labels,
                            series: names(
                                incarnations.keys.filter { first <= $0 && $0 <= lastID })))
                    return
                }
                verification.blocks += 1
                let members = stored.reader.members
                if members.ids.first != first || members.ids.last != lastID {
                    note(
                        StoreDamage(
                            place: place, what: "it is labelled with other containers than it has",
                            times: ticks.labels, losesSamples: false))
                }
                if let last, let next = members.ids.first, next <= last {
                    throw .damaged(
                        path: store.path, what: "it holds containers that another block holds")
                }
                last = members.ids.last
                try requireIncarnations(members.ids, at: place, times: ticks.labels, keep)
                let columns = inspectColumns(stored.reader, span, first, ticks)
                sound.append(
                    columns.map(SoundBlock.rest) ?? .whole(members, data: statement.blob(1)))
            }
        }
        return sound
    }

    /// Decodes every column.
    /// - Returns: those that could be; nil where all could.
    private func inspectColumns(
        _ reader: BlockReader, _ span: Int64, _ first: Int64, _ ticks: TickTable
    ) -> SoundColumns? {
        let members = reader.members
        var sound = SoundColumns(members)
        var isWhole = true
        let rows = members.rows.map { $0.runs.flatMap { Array($0) } }
        for metric in reader.metrics {
            var failed: [Int64] = []
            var failure: DecodingFailure?
            for index in members.ids.indices {
                do throws(DecodingFailure) {
                    guard let column = try reader.column(metric, index) else { continue }
                    verification.values += column.values.count
                    if metric.kind == .counter {
                        let present = column.present?.runs.flatMap { rows[index][$0] }
                        counters.follow(
                            metric, of: members.ids[index], column.values, present ?? rows[index],
                            ticks)
                    }
                    sound.columns[index][metric] = column
                } catch {
                    failed.append(members.ids[index])
                    failure = failure ?? error
                }
            }
            guard let failure else { continue }
            isWhole = false
            note(
                StoreDamage(
                    place: .column(span: span, first: first, metric), what: "\(failure)",
                    times: ticks.labels, series: names(failed)))
        }
        return isWhole ? nil : sound
    }
}

/// What is left of a block.
struct SoundColumns: BlockSource {
    let members: Block.Members
    /// By incarnation.
    fileprivate(set) var columns: [[Metric: Block.MetricColumn]]

    init(_ members: Block.Members) {
        self.members = members
        columns = members.ids.map { _ in [:] }
    }

    var metrics: [Metric] {
        Set(columns.flatMap(\.keys)).sorted { $0.rawValue < $1.rawValue }
    }

    func column(_ metric: Metric, _ index: Int) -> Block.MetricColumn? { columns[index][metric] }
}
