import Measures

extension StoreInspector {
    func inspectNames(_ keep: (SoundPiece) throws(StoreError) -> Void) throws(StoreError) {
        for id in try keys("SELECT id FROM boot ORDER BY id") {
            try attempt(.file) { () throws(StoreError) in
                let text = try texts("SELECT uuid FROM boot WHERE id = ?", id)
                guard let uuid = text.first ?? nil else { throw misplaced }
                boots.insert(id)
                try keep(.boot(id: id, uuid: uuid))
            }
        }
        for id in try keys("SELECT id FROM series ORDER BY id") {
            try attempt(.file) { () throws(StoreError) in try inspectSeries(id, keep) }
        }
        for id in try keys("SELECT id FROM incarnation ORDER BY id") {
            try attempt(.incarnation(id)) { () throws(StoreError) in
                try inspectIncarnation(id, keep)
            }
        }
    }

    private func texts(_ sql: String, _ id: Int64) throws(StoreError) -> [String?] {
        var statement = try store.database.prepare(sql, while: "reading names")
        try statement.bind(1, id)
        return try statement.step() ? [statement.optionalText(0)] : []
    }

    private func inspectSeries(
        _ id: Int64, _ keep: (SoundPiece) throws(StoreError) -> Void
    ) throws(StoreError) {
        var statement = try store.database.prepare(
            "SELECT kind, project, service, instance FROM series WHERE id = ?",
            while: "reading names")
        try statement.bind(1, id)
        guard try statement.step() else { throw misplaced }
        let kind = SeriesKind(rawValue: statement.integer(0))
        if kind == nil {
            note(
                StoreDamage(
                    place: .file, what: "series \(id) has kind \(statement.integer(0))",
                    losesSamples: false))
        }
        let identity = SeriesIdentity(
            kind: kind ?? .cgroup,
            service: ServiceID(project: statement.optionalText(1), service: statement.text(2)),
            instance: statement.text(3))
        series[id] = identity
        try keep(.series(id: id, identity))
    }

    private func inspectIncarnation(
        _ id: Int64, _ keep: (SoundPiece) throws(StoreError) -> Void
    ) throws(StoreError) {
        let digest = store.formatVersion > 1 ? "digest" : "NULL"
        var statement = try store.database.prepare(
            """
            SELECT series, container, name, image, image_id, started_ms, \(digest)
            FROM incarnation WHERE id = ?
            """, while: "reading names")
        try statement.bind(1, id)
        guard try statement.step() else { throw misplaced }
        let seriesRow = statement.integer(0)
        let incarnation = Incarnation(
            series: series[seriesRow] ?? .unknown(seriesRow),
            container: ContainerID(rawValue: statement.text(1)), name: statement.text(2),
            image: statement.optionalText(3), imageID: statement.optionalText(4),
            startedAt: statement.optionalInteger(5).map(Timestamp.init(milliseconds:)))
        if let written = statement.optionalInteger(6),
            written != incarnation.digest(id: id, series: seriesRow)
        {
            note(
                StoreDamage(
                    place: .incarnation(id), what: "its name, image or start is not as written",
                    series: [incarnation.series], losesSamples: false))
        }
        if series[seriesRow] == nil {
            note(
                StoreDamage(
                    place: .incarnation(id), what: "its series \(seriesRow) is missing",
                    losesSamples: false))
            series[seriesRow] = .unknown(seriesRow)
            try keep(.series(id: seriesRow, .unknown(seriesRow)))
        }
        incarnations[id] = incarnation
        try keep(.incarnation(id: id, series: seriesRow, incarnation))
    }

    /// Samples whose boot is not named are sound: they get a name that says so.
    func requireBoots(
        _ wanted: some Sequence<Int64>, at place: StoreDamage.Place,
        _ keep: (SoundPiece) throws(StoreError) -> Void
    ) throws(StoreError) {
        for boot in Set(wanted).subtracting(boots).sorted() {
            note(
                StoreDamage(
                    place: place, what: "its boot \(boot) is not named", losesSamples: false))
            boots.insert(boot)
            try keep(.boot(id: boot, uuid: "unknown-\(boot)"))
        }
    }

    /// Samples of a container that is not named are sound: it gets a name that says so.
    func requireIncarnations(
        _ wanted: some Sequence<Int64>, at place: StoreDamage.Place,
        times: ClosedRange<Timestamp>?, _ keep: (SoundPiece) throws(StoreError) -> Void
    ) throws(StoreError) {
        for id in wanted where incarnations[id] == nil {
            note(
                StoreDamage(
                    place: place, what: "its container \(id) is not named", times: times,
                    losesSamples: false))
            // Far from the ids that are there.
            let row = Int64.max / 2 &+ id
            let incarnation = Incarnation(
                series: .unknown(row), container: ContainerID(rawValue: "unknown-\(id)"),
                name: "unknown-\(id)")
            series[row] = incarnation.series
            incarnations[id] = incarnation
            try keep(.series(id: row, incarnation.series))
            try keep(.incarnation(id: id, series: row, incarnation))
        }
    }
}

extension SeriesIdentity {
    fileprivate static func unknown(_ row: Int64) -> SeriesIdentity {
        SeriesIdentity(
            kind: .cgroup, service: ServiceID(project: nil, service: "unknown-\(row)"))
    }
}
