import Measures

extension StoreInspector {
    /// The hot tail.
    func inspectTicks(_ keep: (SoundPiece) throws(StoreError) -> Void) throws(StoreError) {
        var key: KeyTick?
        for sequence in try keys("SELECT seq FROM tick ORDER BY seq") {
            try attempt(.tick(sequence)) { () throws(StoreError) in
                guard let row = try tickRow(sequence) else { throw misplaced }
                let time = row.label.header.time
                if sequence <= lastSequence {
                    note(
                        StoreDamage(
                            place: .tick(sequence),
                            what: "others have numbers up to \(lastSequence)",
                            times: time...time, losesSamples: false))
                }
                lastSequence = max(lastSequence, sequence)
                let samples: [TickRow.Sample]
                do throws(DecodingFailure) {
                    samples = try decode(row.label, row.data, &key)
                } catch {
                    note(StoreDamage(place: .tick(sequence), what: "\(error)", times: time...time))
                    return
                }
                follow(row.label.header)
                try requireBoots([row.label.header.boot], at: .tick(sequence), keep)
                try requireIncarnations(
                    samples.map(\.incarnation), at: .tick(sequence), times: time...time, keep)
                for sample in samples {
                    verification.values += sample.values.count
                    sample.values.forEachPresent { metric, value in
                        guard metric.kind == .counter else { return }
                        counters.follow(
                            metric, of: sample.incarnation, value, row.label.header.boot, time)
                    }
                }
                try keep(.tick(row.label.header, samples))
            }
        }
    }

    /// - Parameter key: the key tick that was read last.
    private func decode(
        _ label: TickRow.Label, _ data: [UInt8], _ key: inout KeyTick?
    ) throws(DecodingFailure) -> [TickRow.Sample] {
        guard let keySequence = label.key else {
            // What is told against it is lost with it.
            key = nil
            let samples = try TickRow.decode(data, label: label.bytes)
            key = KeyTick(sequence: label.sequence, samples: samples)
            return samples
        }
        guard let key, key.sequence == keySequence else {
            throw DecodingFailure("sample \(keySequence), which it is told against, is lost")
        }
        return try TickRow.decode(data, against: key.samples, label: label.bytes)
    }

    private func tickRow(
        _ sequence: Int64
    ) throws(StoreError) -> (label: TickRow.Label, data: [UInt8])? {
        var statement = try store.database.prepare(
            "SELECT \(SampleStore.labelColumns), samples FROM tick WHERE seq = ?",
            while: "reading samples")
        try statement.bind(1, sequence)
        guard try statement.step() else { return nil }
        return (TickRow.Label(statement), statement.blob(7))
    }
}
