import Measures
import Storing

/// Writes buffered rows into a store: a span for each day, for up to a week where days have few ticks, and
/// for 8,192 ticks where a day has more. Memory is that of one span's times and one block.
struct SpanAssembly {
    private let file: String
    private let rows: RowBuffer
    private let keys: SampleKeys
    /// By key, then in order of time.
    private let chunks: [[RowBuffer.Chunk]]
    /// By key: chunks before it end before what is being written.
    private var done: [Int]
    /// Rows that say the same as another.
    private(set) var repeatedRows = 0

    private static let dayMilliseconds: Int64 = 86_400_000
    /// Longer columns are smaller and quicker to write; longer spans cost more to read a little of.
    private static let ticksWanted = 1024
    private static let daysMax: Int64 = 7
    /// The most values of a block, if it has more than one member.
    private static let blockValuesMax = 1 << 22

    init(file: String, rows: RowBuffer, keys: SampleKeys) throws(ExchangeError) {
        self.file = file
        self.rows = rows
        self.keys = keys
        chunks = try rows.finished()
        done = [Int](repeating: 0, count: chunks.count)
    }

    mutating func write(to target: StoreImport) throws(ExchangeError) {
        let members = try order(by: target)
        var start = chunks.compactMap(\.first?.first).min()
        var days: Int64 = 1
        while let first = start {
            let end = first + days * Self.dayMilliseconds
            let (ticks, next) = try ticks(in: first..<end)
            for offset in stride(from: 0, to: ticks.count, by: StoreImport.ticksMax) {
                let part = Array(ticks[offset..<min(ticks.count, offset + StoreImport.ticksMax)])
                try writeSpan(part, members, to: target)
            }
            if ticks.count < Self.ticksWanted { days = min(Self.daysMax, days * 2) }
            if ticks.count > 4 * Self.ticksWanted { days = max(1, days / 2) }
            start = next
        }
    }

    private struct Member {
        var id: Int64
        /// In the order of their metrics' wire numbers.
        var keys: [Int]
    }

    /// The series by ascending id.
    private func order(by target: StoreImport) throws(ExchangeError) -> [Member] {
        var members: [Member] = []
        for incarnation in keys.incarnations {
            do throws(StoreError) {
                members.append(Member(id: try target.id(of: incarnation), keys: []))
            } catch {
                throw .store(error)
            }
        }
        for (index, key) in keys.keys.enumerated() { members[Int(key.member)].keys.append(index) }
        for index in members.indices {
            members[index].keys.sort {
                keys.keys[$0].metric.rawValue < keys.keys[$1].metric.rawValue
            }
        }
        return members.sorted { $0.id < $1.id }
    }

    /// The times of all rows in `window`, and the first one behind it.
    private mutating func ticks(
        in window: Range<Int64>
    ) throws(ExchangeError) -> ([Int64], next: Int64?) {
        var union = TimeUnion()
        var next: Int64?
        var times: [Int64] = []
        for key in chunks.indices {
            while done[key] < chunks[key].count,
                chunks[key][done[key]].last < window.lowerBound
            {
                done[key] += 1
            }
            for chunk in chunks[key][done[key]...] {
                if chunk.first >= window.upperBound {
                    next = min(next ?? .max, chunk.first)
                    break
                }
                if chunk.last < window.lowerBound { continue }
                try rows.readTimes(chunk, into: &times)
                let range = times.rows(in: window)
                union.add(times[range])
                if range.upperBound < times.count {
                    next = min(next ?? .max, times[range.upperBound])
                }
            }
        }
        return (union.finished(), next)
    }

    private mutating func writeSpan(
        _ ticks: [Int64], _ members: [Member], to target: StoreImport
    ) throws(ExchangeError) {
        try storing { () throws(StoreError) in try target.append(ticks: ticks) }
        var block: [ImportedMember] = []
        var values = 0
        for member in members {
            var imported = ImportedMember(id: member.id)
            for key in member.keys {
                guard let column = try column(key, ticks) else { continue }
                values += column.values.count
                imported.columns.append(column)
            }
            if imported.columns.isEmpty { continue }
            block.append(imported)
            if block.count == StoreImport.membersMax || values > Self.blockValuesMax {
                try storing { () throws(StoreError) in try target.append(block) }
                block = []
                values = 0
            }
        }
        try storing { () throws(StoreError) in try target.append(block) }
    }

    private func storing(_ body: () throws(StoreError) -> Void) throws(ExchangeError) {
        do throws(StoreError) {
            try body()
        } catch {
            throw .store(error)
        }
    }

    /// Nil where the key has no row in the span.
    private mutating func column(
        _ key: Int, _ ticks: [Int64]
    ) throws(ExchangeError) -> ImportedColumn? {
        guard let first = ticks.first, let last = ticks.last else { return nil }
        var found = Rows()
        var part = Rows()
        for chunk in chunks[key][done[key]...] {
            if chunk.first > last { break }
            if chunk.last < first { continue }
            try rows.read(chunk, into: &part)
            let range = part.times.rows(in: first..<(last + 1))
            if range.isEmpty { continue }
            found.times += part.times[range]
            found.values += part.values[range]
            found.lines += part.lines[range]
        }
        if found.times.isEmpty { return nil }
        try makeUnique(&found)
        return ImportedColumn(
            metric: keys.keys[key].metric, rows: found.times.positions(in: ticks),
            values: found.values)
    }

    /// Brings rows into the order of time, one for each.
    /// - Throws: where two have one time and different values.
    private mutating func makeUnique(_ found: inout Rows) throws(ExchangeError) {
        if zip(found.times, found.times.dropFirst()).allSatisfy(<) { return }
        let unsorted = found
        let order = unsorted.times.indices.sorted {
            (unsorted.times[$0], unsorted.lines[$0]) < (unsorted.times[$1], unsorted.lines[$1])
        }
        found = Rows()
        for index in order {
            let (time, value) = (unsorted.times[index], unsorted.values[index])
            guard time == found.times.last, let kept = found.lines.last else {
                found.times.append(time)
                found.values.append(value)
                found.lines.append(unsorted.lines[index])
                continue
            }
            guard value == found.values.last else {
                throw .line(
                    file: file, line: Int(unsorted.lines[index]),
                    what: "another value for the series, metric and time of line \(kept)")
            }
            repeatedRows += 1
        }
    }
}

/// Collects times; keys mostly have the same ones.
private struct TimeUnion {
    private var times: [Int64] = []
    private var new: [Int64] = []

    /// - Parameter some: ascending.
    mutating func add(_ some: ArraySlice<Int64>) {
        guard let first = some.first else { return }
        var position = times.rows(in: first..<Int64.max).lowerBound
        for time in some {
            while position < times.count, times[position] < time { position += 1 }
            if position == times.count || times[position] != time { new.append(time) }
        }
        if new.count > max(1 << 16, times.count) || times.isEmpty { merge() }
    }

    private mutating func merge() {
        new.sort()
        var merged: [Int64] = []
        merged.reserveCapacity(times.count + new.count)
        var (left, right) = (0, 0)
        while left < times.count || right < new.count {
            let time =
                right == new.count || left < times.count && times[left] <= new[right]
                ? times[left] : new[right]
            merged.append(time)
            while left < times.count, times[left] == time { left += 1 }
            while right < new.count, new[right] == time { right += 1 }
        }
        times = merged
        new.removeAll(keepingCapacity: true)
    }

    mutating func finished() -> [Int64] {
        merge()
        return times
    }
}

extension [Int64] {
    /// Of ascending values, those in `range`.
    fileprivate func rows(in range: Swift.Range<Int64>) -> Swift.Range<Int> {
        partitioningIndex { $0 >= range.lowerBound }..<partitioningIndex { $0 >= range.upperBound }
    }

    /// Where each of these ascending values is in `all`, which has them.
    fileprivate func positions(in all: [Int64]) -> [Int32] {
        if count == all.count { return (0..<Int32(count)).map(\.self) }
        let isSparse = count * 16 < all.count
        var positions: [Int32] = []
        positions.reserveCapacity(count)
        var position = 0
        for value in self {
            if isSparse {
                position = all.partitioningIndex { $0 >= value }
            } else {
                while all[position] < value { position += 1 }
            }
            positions.append(Int32(position))
        }
        return positions
    }
}
