import Measures
import TestSupport
import Testing

@testable import Exchange
@testable import Storing

/// A store in memory with what `text` says.
func imported(
    _ text: some StringProtocol, _ format: Import.Format = .csv
) throws -> (store: SampleStore, summary: Import.Summary) {
    try imported(Array(text.utf8), format)
}

func imported(
    _ bytes: [UInt8], _ format: Import.Format = .csv
) throws -> (store: SampleStore, summary: Import.Summary) {
    let read = try Import(
        ByteInput(name: "in", bytes: bytes), format: format, temporaryDirectory: "/tmp")
    let store = try SampleStore(path: ":memory:", access: .readWrite)
    return (store, try read.write(into: store))
}

/// The whole of `store` as text.
func exported(
    _ store: SampleStore, _ format: Export.Format = .csv, metrics: [Metric] = Metric.allCases
) throws -> String {
    try withTemporaryDirectory { directory in
        let path = directory + "/out"
        let scope = Export.Scope(window: allTime, metrics: Set(metrics)) { _ in true }
        try Export(scope, of: store, to: ByteOutput(path: path)).write(format)
        return String(decoding: try readFile(path), as: UTF8.self)
    }
}

func lines(_ text: String) -> [String] { text.split(separator: "\n").map(String.init).sorted() }

/// What the import of `bytes` says is wrong.
func refusal(of bytes: [UInt8], _ format: Import.Format = .csv) -> String {
    do {
        let summary = try imported(bytes, format).summary
        return "taken: \(summary.values)"
    } catch {
        return "\(error)"
    }
}

let header = "timestamp,project,service,instance,metric,value\n"
