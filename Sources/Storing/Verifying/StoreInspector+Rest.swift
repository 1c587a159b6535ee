import Measures

extension StoreInspector {
    /// Rollups, settings and notes.
    func inspectRest(_ keep: (SoundPiece) throws(StoreError) -> Void) throws(StoreError) {
        if store.formatVersion > 1 {
            for day in try keys("SELECT DISTINCT day FROM rollup ORDER BY day") {
                try attempt(.rollup(day: day, part: 0)) { () throws(StoreError) in
                    try inspectRollups(of: day, keep)
                }
            }
            try attempt(.file) { () throws(StoreError) in try inspectSettings(keep) }
        }
        try attempt(.file) { () throws(StoreError) in
            var statement = try store.database.prepare(
                "SELECT name, value FROM note", while: "reading notes")
            while try statement.step() {
                let name = statement.text(0)
                if name == SampleStore.rosterNote {
                    // A repaired store makes its own.
                    inspectRoster(statement.blob(1))
                } else {
                    try keep(.note(name: name, value: statement.text(1)))
                }
            }
        }
    }

    private func inspectRoster(_ bytes: [UInt8]) {
        do throws(DecodingFailure) {
            _ = try bytes.withBytes { (bytes) throws(DecodingFailure) in try Roster(bytes) }
        } catch {
            note(StoreDamage(place: .file, what: "\(error)", losesSamples: false))
        }
    }

    private func inspectRollups(
        of day: Int64, _ keep: (SoundPiece) throws(StoreError) -> Void
    ) throws(StoreError) {
        var statement = try store.database.prepare(
            "SELECT part, data FROM rollup WHERE day = ? ORDER BY part", while: "reading rollups")
        try statement.bind(1, day)
        while try statement.step() {
            let part = statement.integer(0)
            let start = Timestamp(milliseconds: day &* RollupBuilder.dayMilliseconds)
            let times = start...max(start, start.advanced(byMilliseconds: 86_399_999))
            let place = StoreDamage.Place.rollup(day: day, part: part)
            let entries: [RollupPart.Entry]
            do throws(DecodingFailure) {
                entries = try statement.withBlob(1) { (bytes) throws(DecodingFailure) in
                    try RollupPart.decode(bytes, label: RollupPart.label(day: day, part: part))
                }
            } catch {
                note(StoreDamage(place: place, what: "\(error)", times: times))
                continue
            }
            verification.rollups += entries.count
            try requireIncarnations(entries.map(\.id), at: place, times: times, keep)
            try keep(.rollup(day: day, part: part, data: statement.blob(1)))
        }
    }

    private func inspectSettings(
        _ keep: (SoundPiece) throws(StoreError) -> Void
    ) throws(StoreError) {
        var statement = try store.database.prepare(
            "SELECT name, value, checksum FROM setting", while: "reading settings")
        var isSound = true
        while try statement.step() {
            let (name, value) = (statement.text(0), statement.text(1))
            guard SampleStore.settingChecksum(name, value) == statement.integer(2) else {
                isSound = false
                note(
                    StoreDamage(
                        place: .setting(name), what: "its checksum is not that of its value",
                        losesSamples: false))
                continue
            }
            try keep(.setting(name: name, value: value))
        }
        // Their values, too, must be such as there are.
        if isSound { _ = try store.settings() }
    }
}
