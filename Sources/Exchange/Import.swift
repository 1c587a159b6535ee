package import Measures
package import Storing

/// Reads foreign samples into a store: all of them or none.
package struct Import {
    package enum Format: Sendable {
        case csv, openMetrics
    }

    /// What was done.
    package struct Summary {
        package var values: Int
        package var series: Int
        package var ticks: Int
        /// Rows that say the same as another.
        package var repeatedRows: Int
        /// Families of other programs, with how many samples each had; in the order they came.
        package var skipped: [(name: String, samples: Int)]
    }

    private let input: ByteInput
    private let keys = SampleKeys()
    private let rows: RowBuffer
    private var skipped: [(name: String, samples: Int)] = []

    /// Reads all of `input`; nothing is written to any store yet.
    /// - Parameter directory: where a file without a name may lie until the import ends.
    /// - Throws: `line` and `input` where the text is not as it should be; `system`.
    package init(
        _ input: ByteInput, format: Format, temporaryDirectory directory: String
    ) throws(ExchangeError) {
        try self.init(
            input, format: format, rows: RowBuffer(spill: SpillFile(directory: directory)))
    }

    init(_ input: ByteInput, format: Format, rows: RowBuffer) throws(ExchangeError) {
        self.input = input
        self.rows = rows
        switch format {
        case .csv:
            var reader = try CSVImport(input, keys: keys, rows: rows)
            try reader.run()
        case .openMetrics:
            var reader = OpenMetricsImport(input, keys: keys, rows: rows)
            try reader.run()
            skipped = reader.skipped
        }
        guard rows.rowCount > 0 else {
            let others = skipped.isEmpty ? "" : " (only of other programs)"
            throw .input(file: input.name, what: "no samples\(others): nothing was imported")
        }
    }

    /// The boot under which the store has these bytes.
    package var boot: BootID { BootID(rawValue: "import:\(input.fingerprint)") }

    /// Writes all of it in one transaction.
    /// - Throws: `repeated` where the store has it already; `line` where two rows contradict each other;
    ///   `store`. Then nothing is kept.
    package func write(into store: SampleStore) throws(ExchangeError) -> Summary {
        var assembly = try SpanAssembly(file: input.name, rows: rows, keys: keys)
        let target: StoreImport
        do throws(StoreError) {
            target = try StoreImport(into: store, as: boot)
        } catch {
            throw .store(error)
        }
        guard !target.isRepeated else {
            throw .repeated(file: input.name, store: store.path)
        }
        try assembly.write(to: target)
        do throws(StoreError) {
            try target.commit()
        } catch {
            throw .store(error)
        }
        return Summary(
            values: rows.rowCount - assembly.repeatedRows, series: keys.incarnations.count,
            ticks: Int(target.tickCount), repeatedRows: assembly.repeatedRows, skipped: skipped)
    }
}
