import Exchange
import Fuzzing
import Glibc
import Measures
import Storing

/// The input as CSV, or as OpenMetrics text where it begins with a number sign: an error or samples, the
/// same however the bytes arrive; what is stored comes back the same by both formats.
@main
struct FuzzImport {
    static func main() {
        let directory = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
        fuzz { input in
            let format = input.first == 0x23 ? Import.Format.openMetrics : .csv
            let whole = answer(input, format, pieceLength: 1 << 20)
            for length in [1, 7] where input.count < 2048 {
                let other = answer(input, format, pieceLength: length)
                require(whole.text == other.text, "\(whole.text) and \(other.text)")
            }
            guard let store = whole.store else { return }
            let csv = export(store, .csv, directory)
            for (text, format) in [
                (csv, Import.Format.csv), (export(store, .openMetrics, directory), .openMetrics),
            ] {
                let again = answer(text, format, pieceLength: 1 << 20)
                guard let second = again.store else { fatalError(again.text) }
                require(
                    lines(export(second, .csv, directory)) == lines(csv), "other rows: \(format)")
            }
            // Only that it ends.
            _ = export(store, .wide, directory)
        }
    }

    private static func answer(
        _ bytes: [UInt8], _ format: Import.Format, pieceLength: Int
    ) -> (text: String, store: SampleStore?) {
        let input = ByteInput(name: "input", bytes: bytes, pieceLength: pieceLength)
        do {
            let read = try Import(input, format: format, temporaryDirectory: "/nonexistent")
            let store = try SampleStore(path: ":memory:", access: .readWrite)
            let summary = try read.write(into: store)
            return ("\(read.boot) \(summary)", store)
        } catch let error as ExchangeError {
            switch error {
            case .line, .input: return ("\(error)", nil)
            case .system, .repeated, .store: fatalError("\(error)")
            }
        } catch {
            fatalError("\(error)")
        }
    }

    private static func export(
        _ store: SampleStore, _ format: Export.Format, _ directory: String
    ) -> [UInt8] {
        let path = "\(directory)/exported-\(getpid())"
        do {
            let all = Timestamp(milliseconds: .min)...Timestamp(milliseconds: .max)
            let scope = Export.Scope(window: all, metrics: Set(Metric.allCases)) { _ in true }
            try Export(scope, of: store, to: try ByteOutput(path: path)).write(format)
            let input = open(path, O_RDONLY)
            defer {
                close(input)
                unlink(path)
            }
            var status = stat()
            fstat(input, &status)
            var bytes = [UInt8](repeating: 0, count: Int(status.st_size))
            require(read(input, &bytes, bytes.count) == bytes.count, "a short read")
            return bytes
        } catch {
            fatalError("\(error)")
        }
    }

    private static func lines(_ bytes: [UInt8]) -> [String] {
        bytes.split(separator: 0x0a).map { String(decoding: $0, as: UTF8.self) }.sorted()
    }
}
