import Columns
package import Measures

/// An import under way: spans and blocks written as they are, all in one transaction. What is not
/// committed when this goes away, or when the process ends, was never there.
///
/// An import is a boot of its own, and its clock is the wall clock.
package final class StoreImport {
    private let store: SampleStore
    private let boot: Int64
    /// Whether the store has an import of this name already.
    package let isRepeated: Bool
    /// The largest id of a span from before.
    private let lastSpanBefore: Int64
    private var rows: [Incarnation: Int64] = [:]
    private var span: (id: Int64, tickCount: Int)?
    /// How many ticks were written.
    package private(set) var tickCount: Int64 = 0
    private var firstTime: Int64 = .max
    private var isOpen = true

    private static let operation = "importing"

    /// Takes the store's write lock.
    /// - Throws: `busy`, `diskFull`.
    package init(into store: SampleStore, as boot: BootID) throws(StoreError) {
        self.store = store
        try store.database.execute("BEGIN IMMEDIATE", while: Self.operation)
        do throws(StoreError) {
            try store.forgetIfOthersWrote()
            var statement = try store.database.prepare(
                "SELECT count(*) FROM boot WHERE uuid = ?", while: Self.operation)
            try statement.bind(1, boot.rawValue)
            isRepeated = try statement.step() && statement.integer(0) > 0
            self.boot = try store.row(of: boot)
            lastSpanBefore =
                try store.database.integer("SELECT max(id) FROM span", while: Self.operation) ?? 0
        } catch {
            Self.undo(store)
            throw error
        }
    }

    deinit {
        if isOpen { Self.undo(store) }
    }

    private static func undo(_ store: SampleStore) {
        do throws(StoreError) {
            try store.database.execute("ROLLBACK", while: operation)
        } catch {
            // A full disk has rolled back by itself: there is nothing left to undo.
        }
        store.forget()
    }

    /// The id under which `incarnation` is stored, from now on if it was not before.
    package func id(of incarnation: Incarnation) throws(StoreError) -> Int64 {
        if let known = rows[incarnation] { return known }
        let row = try store.row(of: incarnation)
        rows[incarnation] = row
        return row
    }

    /// Begins a span.
    /// - Parameter times: ascending milliseconds since 1970, 1 to `ticksMax` of them.
    package func append(ticks times: [Int64]) throws(StoreError) {
        var ticks = TickTable()
        ticks.reserveCapacity(times.count)
        for time in times {
            ticks.append(
                TickHeader(
                    time: Timestamp(milliseconds: time), boot: boot, uptimeMilliseconds: time,
                    host: HostCapacity(cpus: nil, memory: nil)))
        }
        let first = tickCount
        tickCount += Int64(times.count)
        firstTime = min(firstTime, times.first ?? .max)
        span = (
            try store.insert(ticks, first...(tickCount - 1), level: Schema.Level.day),
            times.count
        )
    }

    /// Writes one block of the current span.
    /// - Parameter members: by ascending id, at most `membersMax`, each with a column at least. The ids of
    ///   the blocks of one span do not overlap.
    package func append(_ members: [ImportedMember]) throws(StoreError) {
        guard let span else { preconditionFailure("a block before its span") }
        guard !members.isEmpty else { return }
        try store.insert(
            BuiltColumns(members, tickCount: span.tickCount), into: span.id, choosing: .balanced)
    }

    /// Ends the import: from here on it survives a crash of the process.
    package func commit() throws(StoreError) {
        try placeInOrder()
        try sealSpans()
        try store.database.execute("COMMIT", while: Self.operation)
        isOpen = false
        try store.database.checkpoint()
    }

    /// Ticks were counted from 0. They go before all others, which sampling continues, unless they are
    /// later than all others and none of those waits to become columns or a day.
    private func placeInOrder() throws(StoreError) {
        var statement = try store.database.prepare(
            """
            SELECT (SELECT count(*) FROM tick) + count(*) FILTER (WHERE level = ?2), max(end_ms), max(last_seq),
                min(min(first_seq), ifnull((SELECT min(seq) FROM tick), min(first_seq))),
                (SELECT min(seq) FROM tick)
            FROM span WHERE id <= ?1
            """, while: Self.operation)
        try statement.bind(1, lastSpanBefore)
        try statement.bind(2, Schema.Level.sixtyTicks)
        guard try statement.step() else { return }
        let first: Int64
        if statement.integer(0) == 0, statement.optionalInteger(1) ?? .min <= firstTime {
            first = (statement.optionalInteger(2) ?? 0) + 1
        } else {
            let earliest = statement.optionalInteger(3) ?? statement.integer(4)
            first = earliest - tickCount
        }
        statement.reset()
        var update = try store.database.prepare(
            "UPDATE span SET first_seq = first_seq + ?1, last_seq = last_seq + ?1 WHERE id > ?2",
            while: Self.operation)
        try update.bind(1, first)
        try update.bind(2, lastSpanBefore)
        try update.run()
    }

    /// After the spans have their numbers, which the digests cover.
    private func sealSpans() throws(StoreError) {
        var statement = try store.database.prepare(
            "SELECT id FROM span WHERE id > ?", while: Self.operation)
        try statement.bind(1, lastSpanBefore)
        var ids: [Int64] = []
        while try statement.step() { ids.append(statement.integer(0)) }
        for id in ids { try store.seal(span: id) }
    }

    /// The most ticks of a span, and incarnations of a block.
    package static let ticksMax = TickColumns.ticksMax
    package static let membersMax = Block.incarnationsMax
}

/// One incarnation's columns in a span that is imported.
package struct ImportedMember {
    package var id: Int64
    package var columns: [ImportedColumn]

    package init(id: Int64, columns: [ImportedColumn] = []) {
        self.id = id
        self.columns = columns
    }
}

/// One metric of an incarnation in a span that is imported.
package struct ImportedColumn {
    package var metric: Metric
    /// Indices into the span's ticks, ascending.
    package var rows: [Int32]
    /// One for each row.
    package var values: [Int64]

    package init(metric: Metric, rows: [Int32], values: [Int64]) {
        self.metric = metric
        self.rows = rows
        self.values = values
    }
}

extension BuiltColumns {
    fileprivate init(_ members: [ImportedMember], tickCount: Int) {
        var built = Block.Members(tickCount: tickCount, ids: [], rows: [])
        var columns: [[Metric: Block.MetricColumn]] = []
        for member in members {
            built.ids.append(member.id)
            let (rows, own) = Self.columns(of: member, tickCount: tickCount)
            built.rows.append(rows)
            columns.append(own)
        }
        self.init(members: built, columns: columns)
    }

    /// The rows that any metric has, and each metric's among them.
    private static func columns(
        of member: ImportedMember, tickCount: Int
    ) -> (RowSet, [Metric: Block.MetricColumn]) {
        guard let first = member.columns.first?.rows else { return (RowSet(), [:]) }
        if member.columns.allSatisfy({ $0.rows == first }) {
            let columns = member.columns.map {
                ($0.metric, Block.MetricColumn(present: nil, values: $0.values))
            }
            return (RowSet(first), Dictionary(uniqueKeysWithValues: columns))
        }
        // Where a row of the span is among the incarnation's: counted where it has one.
        var positions = [Int32](repeating: 0, count: tickCount)
        for column in member.columns {
            for row in column.rows { positions[Int(row)] = 1 }
        }
        var rows: [Int32] = []
        for row in positions.indices where positions[row] != 0 {
            positions[row] = Int32(rows.count)
            rows.append(Int32(row))
        }
        var columns: [Metric: Block.MetricColumn] = [:]
        for column in member.columns {
            let present =
                column.rows.count == rows.count
                ? nil : RowSet(column.rows.map { positions[Int($0)] })
            columns[column.metric] = Block.MetricColumn(present: present, values: column.values)
        }
        return (RowSet(rows), columns)
    }
}

extension RowSet {
    /// - Parameter rows: ascending.
    fileprivate init(_ rows: [Int32]) {
        self.init()
        var start = 0
        for index in rows.indices
        where index + 1 == rows.count || rows[index + 1] != rows[index] + 1 {
            append(Int(rows[start])..<Int(rows[index] + 1))
            start = index + 1
        }
    }
}
