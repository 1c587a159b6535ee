import Measures
import Storing

extension Export {
    /// The long form: `timestamp,project,service,instance[,kind][,container],metric,value`.
    func writeCSV() throws(StoreError) {
        let labels = try labels()
        let metrics = scope.metrics.sorted { $0.rawValue < $1.rawValue }
        output.append(
            (["timestamp"] + labels.names + ["metric", "value"]).joined(separator: ",") + "\n")
        try forEachPiece(
            of: scope.metrics, timeText: { $0.write(secondsOf: $1) },
            piece: { piece, times in
                let names = labels.values(of: piece.incarnation).map(CSVText.field)
                let prefix = "," + names.joined(separator: ",") + ","
                for metric in metrics {
                    guard let column = piece[metric] else { continue }
                    write(column, piece, times, Array("\(prefix)\(metric.name),".utf8), metric)
                }
            })
    }

    private func write(
        _ column: PieceColumn, _ piece: Piece, _ times: TimeTexts, _ middle: [UInt8],
        _ metric: Metric
    ) {
        let room = middle.count + 100
        for (index, tick) in piece.rows.joined().enumerated() {
            guard let value = column[index] else { continue }
            output.write(upTo: room) { target in
                var count = times.write(tick, to: target)
                count &+= (target + count).write(middle)
                count &+= (target + count).write(value, of: metric)
                target[count] = 0x0a
                return count &+ 1
            }
        }
    }

    /// A row for each series and tick: what converters to Parquet read without being told types.
    func writeWide() throws(StoreError) {
        let labels = try labels()
        // A column without any value would have no type.
        let metrics = try store.metrics(in: scope.window, where: scope.isWanted).filter {
            scope.metrics.contains($0)
        }
        output.append(
            (["timestamp"] + labels.names + metrics.map(\.name)).joined(separator: ",") + "\n")
        try forEachPiece(
            of: Set(metrics), timeText: { $0.write(iso8601: $1) },
            piece: { piece, times in
                let names = labels.values(of: piece.incarnation).map(CSVText.field)
                write(piece, metrics, times, Array(("," + names.joined(separator: ",")).utf8))
            })
    }

    private func write(
        _ piece: Piece, _ metrics: [Metric], _ times: TimeTexts, _ names: [UInt8]
    ) {
        let columns = metrics.map { piece[$0] }
        let room = 100 + names.count + 34 * metrics.count
        for (index, tick) in piece.rows.joined().enumerated() {
            // A tick that saw the container and none of these metrics says nothing.
            guard columns.contains(where: { $0?[index] != nil }) else { continue }
            output.write(upTo: room) { target in
                var count = times.write(tick, to: target)
                count &+= (target + count).write(names)
                for (metric, column) in zip(metrics, columns) {
                    target[count] = 0x2c
                    count &+= 1
                    if let value = column?[index] {
                        count &+= (target + count).write(value, of: metric)
                    }
                }
                target[count] = 0x0a
                return count &+ 1
            }
        }
    }
}

enum CSVText {
    /// Quoted only where RFC 4180 asks for it.
    static func field(_ text: String) -> String {
        let needsQuotes = text.utf8.contains { [0x22, 0x2c, 0x0a, 0x0d].contains($0) }
        guard needsQuotes else { return text }
        return "\""
            + text.split(separator: "\"", omittingEmptySubsequences: false)
            .joined(separator: "\"\"") + "\""
    }
}

extension UnsafeMutablePointer<UInt8> {
    /// `2026-11-23T14:42:00.000Z`: with milliseconds, so that all have one form. At most 64 bytes.
    fileprivate func write(iso8601 milliseconds: Int64) -> Int {
        let text = Timestamp(milliseconds: milliseconds).iso8601
        let fraction = (milliseconds % 1000 + 1000) % 1000
        let digits = String(fraction)
        let padded = String(repeating: "0", count: 3 - digits.count) + digits
        return write(Array("\(text.dropLast()).\(padded)Z".utf8))
    }
}
