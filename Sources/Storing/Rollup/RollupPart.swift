import Columns
import Measures

/// The rollups of one day of up to 64 incarnations, as the blob of a row. All integers of one kind are one
/// column, so that what is alike lies together.
///
///     byte 0      version 1
///     bytes 1–4   CRC-32 of the zigzag varints day and part, then of all that follows
///     varint      n, the number of incarnations
///     columns of n values:
///                 id, ticks, covered ms, first label, last label − first, first boot, last boot − first,
///                 first uptime, last uptime − first, quantities (a mask, bit q: quantity q)
///     columns of a value for each quantity of each incarnation, ordered by quantity, then by incarnation:
///                 ticks − count, weight − count, first, last − first, the smaller of both − min,
///                 max − the larger of both, sum − count × first (of a counter: sum) as its low 64 bits,
///                 signed, and what is left of it ÷ 2^64,
///                 and against the incarnation's: first boot, first uptime, last boot, last uptime
///     column      number of buckets, for each of these that has a histogram
///     columns of a value for each bucket of each histogram:
///                 bucket − that before (at first: − 0), weight
///
/// A column is an `IntegerColumn`; one without values takes no bytes. Differences wrap. Quantities are the
/// metrics' wire numbers, 62 (CPU rate) and 63 (working set); gauges, 62 and 63 have histograms.
enum RollupPart {
    static let version: UInt8 = 1
    static let incarnationsMax = 64
    /// Of all histograms of a part: bounds what damaged bytes may ask for.
    static let bucketsMax = 1 << 22

    struct Entry: Equatable {
        var id: Int64
        var values: IncarnationDay
    }

    static func label(day: Int64, part: Int64) -> [UInt8] {
        var writer = ByteWriter()
        writer.append(signed: day)
        writer.append(signed: part)
        return writer.bytes
    }

    /// - Parameter entries: ascending, at most 64.
    static func encode(_ entries: [Entry], label: [UInt8]) -> [UInt8] {
        precondition(entries.count <= incarnationsMax)
        var writer = ByteWriter()
        writer.append(count: entries.count)
        func append(_ values: [Int64]) {
            var bytes: [UInt8] = []
            values.withUnsafeBufferPointer {
                IntegerColumn.encode($0, choosing: .smallest, into: &bytes)
            }
            writer.append(contentsOf: bytes)
        }
        let days = entries.map(\.values)
        append(entries.map(\.id))
        append(days.map(\.ticks))
        append(days.map(\.coveredMilliseconds))
        append(days.map(\.firstTime.rawValue))
        append(days.map { $0.lastTime.rawValue &- $0.firstTime.rawValue })
        append(days.map(\.firstAt.boot))
        append(days.map { $0.lastAt.boot &- $0.firstAt.boot })
        append(days.map(\.firstAt.uptimeMilliseconds))
        append(days.map { $0.lastAt.uptimeMilliseconds &- $0.firstAt.uptimeMilliseconds })
        append(days.map(\.presence))

        var facts = [[Int64]](repeating: [], count: factCount)
        var histograms: [LogHistogram] = []
        for number in UInt8(0)..<64 {
            guard let quantity = RollupQuantity(wireNumber: number) else { continue }
            for day in days {
                guard let rollup = day.quantities[quantity] else { continue }
                for (fact, value) in rollup.facts(quantity, day).enumerated() {
                    facts[fact].append(value)
                }
                if quantity.hasHistogram { histograms.append(rollup.histogram ?? LogHistogram()) }
            }
        }
        for fact in facts { append(fact) }
        append(histograms.map { Int64($0.buckets.count) })
        append(
            histograms.flatMap { histogram in
                zip(histogram.buckets, [0] + histogram.buckets).map { Int64($0 - $1) }
            })
        append(histograms.flatMap(\.weights))
        return Envelope.seal(version: version, label: label, body: writer.bytes)
    }

    static func decode(
        _ bytes: UnsafeRawBufferPointer, label: [UInt8]
    ) throws(DecodingFailure) -> [Entry] {
        var reader = RollupReader(try Envelope.open(bytes, version: version, label: label))
        let count = try reader.bytes.count(of: "incarnations", atMost: incarnationsMax)
        var entries = try reader.entries(count)
        guard zip(entries, entries.dropFirst()).allSatisfy({ $0.id < $1.id }) else {
            throw DecodingFailure("incarnations out of order")
        }
        let total = entries.reduce(0) { $0 + $1.presence.nonzeroBitCount }
        var facts: [[Int64]] = []
        for _ in 0..<factCount { facts.append(try reader.column(total)) }
        var next = 0
        var withHistogram: [(entry: Int, quantity: RollupQuantity)] = []
        for number in UInt8(0)..<64 {
            for index in entries.indices where entries[index].presence & 1 << UInt64(number) != 0 {
                guard let quantity = RollupQuantity(wireNumber: number) else {
                    throw DecodingFailure("quantity \(number), which this version does not know")
                }
                entries[index].entry.values.quantities[quantity] = try QuantityRollup(
                    facts.map { $0[next] }, quantity, entries[index].entry.values)
                if quantity.hasHistogram { withHistogram.append((index, quantity)) }
                next += 1
            }
        }
        let histograms = try reader.histograms(withHistogram.count)
        for (place, histogram) in zip(withHistogram, histograms) {
            entries[place.entry].entry.values.quantities[place.quantity]?.histogram = histogram
        }
        guard reader.bytes.isAtEnd else {
            throw DecodingFailure("\(reader.bytes.remaining) bytes behind the last histogram")
        }
        return entries.map(\.entry)
    }

    /// Columns for each quantity.
    private static let factCount = 12
}

extension IncarnationDay {
    fileprivate var presence: Int64 {
        var mask: UInt64 = 0
        for quantity in quantities.keys { mask |= 1 << UInt64(quantity.wireNumber) }
        return Int64(bitPattern: mask)
    }
}

extension QuantityRollup {
    fileprivate func facts(_ quantity: RollupQuantity, _ day: IncarnationDay) -> [Int64] {
        let excess = quantity.isCounter ? sum : sum - Int128(count) * Int128(first)
        let low = Int64(truncatingIfNeeded: excess)
        return [
            day.ticks &- count, weight &- count, first, last &- first,
            Swift.min(first, last) &- min, max &- Swift.max(first, last),
            low, Int64(truncatingIfNeeded: (excess - Int128(low)) >> 64),
            firstAt.boot &- day.firstAt.boot,
            firstAt.uptimeMilliseconds &- day.firstAt.uptimeMilliseconds,
            lastAt.boot &- day.lastAt.boot,
            lastAt.uptimeMilliseconds &- day.lastAt.uptimeMilliseconds,
        ]
    }

    fileprivate init(
        _ facts: [Int64], _ quantity: RollupQuantity, _ day: IncarnationDay
    ) throws(DecodingFailure) {
        self.init(
            first: facts[2],
            at: RollupMoment(
                boot: day.firstAt.boot &+ facts[8],
                uptimeMilliseconds: day.firstAt.uptimeMilliseconds &+ facts[9]))
        count = day.ticks &- facts[0]
        weight = count &+ facts[1]
        last = first &+ facts[3]
        min = Swift.min(first, last) &- facts[4]
        max = Swift.max(first, last) &+ facts[5]
        lastAt = RollupMoment(
            boot: day.lastAt.boot &+ facts[10],
            uptimeMilliseconds: day.lastAt.uptimeMilliseconds &+ facts[11])
        guard 1...RollupReader.countMax ~= count, 0...RollupReader.millisecondsMax ~= weight,
            min <= max
        else {
            throw DecodingFailure("\(count) values from \(min) to \(max), weight \(weight)")
        }
        let excess = Int128(facts[7]) << 64 &+ Int128(facts[6])
        sum = quantity.isCounter ? excess : excess &+ Int128(count) * Int128(first)
    }
}
