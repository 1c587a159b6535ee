package import Measures

extension SampleStore {
    /// What the last tick read of each container, as it read it; nil where that cannot be told: the last
    /// tick is no longer a row, the store floors counters, or something is damaged. It only saves the
    /// sampler reading: `verify` names the damage.
    package func earlierReadings() throws(StoreError) -> EarlierReadings? {
        guard try settings().resolution == .exact else { return nil }
        return try database.snapshot(while: "looking up the last sample") {
            () throws(StoreError) -> EarlierReadings? in
            try forgetIfOthersWrote()
            do throws(StoreError) {
                return try readingsOfLastRow()
            } catch {
                guard case .damaged = error else { throw error }
                return nil
            }
        }
    }

    private func readingsOfLastRow() throws(StoreError) -> EarlierReadings? {
        guard let last = try lastRow() else { return nil }
        var (header, samples): (TickHeader?, [TickRow.Sample]) = (nil, [])
        try forEachRow(of: last.sequence...last.sequence, keyTick(last.key)) {
            (header, samples) = ($0, $1)
        }
        guard let header, let boot = try boot(header.boot) else { return nil }
        var readings = EarlierReadings(boot: boot, count: samples.count)
        let roster = try roster()
        for entry in roster.entries {
            guard let index = samples.firstIndex(ofRow: entry.row) else { continue }
            readings.append(
                entry.container, startedAt: entry.startedAt, samples[index].values)
        }
        knownRoster = roster
        return readings
    }

    private func boot(_ row: Int64) throws(StoreError) -> BootID? {
        var statement = try database.prepare(
            "SELECT uuid FROM boot WHERE id = ?", while: "looking up a boot id")
        try statement.bind(1, row)
        return try statement.step() ? BootID(rawValue: statement.text(0)) : nil
    }
}

extension [TickRow.Sample] {
    /// Where the sample of an incarnation is; they are in the order of their rows.
    fileprivate func firstIndex(ofRow row: Int64) -> Int? {
        let found = partitioningIndex { $0.incarnation >= row }
        return found < count && self[found].incarnation == row ? found : nil
    }
}
