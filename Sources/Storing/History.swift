package import Measures

/// What the store knows of some series within a span of time: the ticks, and for every incarnation the
/// columns that were asked for.
package struct History: Sendable {
    /// In the order they were taken.
    package var ticks = TickTable()
    package var incarnations: [IncarnationHistory] = []
}

/// The ticks of a history, a column for each of their fields.
package struct TickTable: Equatable, Sendable {
    /// Labels, in milliseconds since 1970.
    package private(set) var times: [Int64] = []
    /// Equal for ticks of one boot; the number itself means nothing.
    package private(set) var boots: [Int64] = []
    /// CLOCK_BOOTTIME, in milliseconds.
    package private(set) var uptimes: [Int64] = []
    /// The machine's, in millicores and bytes.
    package private(set) var hostCPUs = Column()
    package private(set) var hostMemory = Column()

    init() {}

    /// - Parameter times: as many of each.
    init(_ times: [Int64], _ boots: [Int64], _ uptimes: [Int64], _ cpus: Column, _ memory: Column) {
        self.times = times
        self.boots = boots
        self.uptimes = uptimes
        hostCPUs = cpus
        hostMemory = memory
    }

    /// Seconds since the tick before by `uptimes`, which mean nothing where another boot began; 0 of the
    /// first tick.
    package func steps() -> [Double] {
        zip([uptimes.first ?? 0] + uptimes.dropLast(), uptimes).map { Double($1 &- $0) / 1000 }
    }

    /// These rows of it.
    func some(_ rows: RowSet) -> TickTable {
        if rows.isAll(of: count) { return self }
        var some = TickTable()
        for run in rows.runs { for row in run { some.append(self[row]) } }
        return some
    }

    mutating func reserveCapacity(_ count: Int) {
        times.reserveCapacity(count)
        boots.reserveCapacity(count)
        uptimes.reserveCapacity(count)
        hostCPUs.reserveCapacity(count)
        hostMemory.reserveCapacity(count)
    }

    mutating func append(_ tick: TickHeader) {
        times.append(tick.time.rawValue)
        boots.append(tick.boot)
        uptimes.append(tick.uptimeMilliseconds)
        if let cpus = tick.host.cpus {
            hostCPUs.append(cpus.millicores)
        } else {
            hostCPUs.append(absent: 1)
        }
        if let memory = tick.host.memory {
            hostMemory.append(memory.rawValue)
        } else {
            hostMemory.append(absent: 1)
        }
    }
}

/// A tick without its samples.
package struct TickHeader: Hashable, Sendable {
    package var time: Timestamp
    /// Equal for ticks of one boot; the number itself means nothing.
    package var boot: Int64
    package var uptimeMilliseconds: Int64
    package var host: HostCapacity
}

extension TickTable: RandomAccessCollection {
    package var startIndex: Int { 0 }
    package var endIndex: Int { times.count }

    package subscript(row: Int) -> TickHeader {
        TickHeader(
            time: Timestamp(milliseconds: times[row]), boot: boots[row],
            uptimeMilliseconds: uptimes[row],
            host: HostCapacity(
                cpus: hostCPUs[row].map(Cores.init(millicores:)),
                memory: hostMemory[row].map(Bytes.init(rawValue:))))
    }
}

/// One incarnation's columns, in the order the ticks were taken.
package struct IncarnationHistory: Sendable {
    package var incarnation: Incarnation
    /// The ticks that saw this incarnation, as ascending runs of indices into `History.ticks`.
    package internal(set) var runs: [Range<Int>] = []
    /// How many ticks that is.
    package internal(set) var count = 0
    /// One entry a metric asked for that has any value; each of `count` values.
    package internal(set) var columns: [Metric: Column] = [:]

    init(incarnation: Incarnation) { self.incarnation = incarnation }

    /// All absent where the metric was never seen.
    package subscript(metric: Metric) -> Column {
        if let column = columns[metric] { return column }
        var column = Column()
        column.append(absent: count)
        return column
    }

    /// The same as `runs`, one by one.
    package var rows: [Int] { runs.flatMap { Array($0) } }
}

/// The span that a store covers.
package struct StoreExtent: Hashable, Sendable {
    /// The earliest and the latest label of any tick.
    package var first: Timestamp
    package var last: Timestamp
    package var ticks: Int
}
