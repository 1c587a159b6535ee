package import Measures

/// What the owner of a store chose for every later run.
package struct StoreSettings: Hashable, Sendable {
    /// How CPU time counters are kept.
    package enum Resolution: String, CaseIterable, Sendable {
        /// In microseconds, as the kernel tells them.
        case exact
        /// Floored to whole milliseconds. It is the counter that is floored, so that what it gained over
        /// any span of time is off by less than a millisecond.
        case millisecond = "1ms"
    }

    package var resolution = Resolution.exact
    package var retention = Retention()

    package init() {}
}

/// How long a store keeps what.
package struct Retention: Hashable, Sendable {
    /// Ticks; nil for ever.
    package var rawSeconds: Int64?
    /// Daily rollups; nil for ever.
    package var rollupSeconds: Int64?
    /// What the file may grow to; nil for any size.
    package var sizeMax: Bytes?

    package init(rawSeconds: Int64? = nil, rollupSeconds: Int64? = nil, sizeMax: Bytes? = nil) {
        self.rawSeconds = rawSeconds
        self.rollupSeconds = rollupSeconds
        self.sizeMax = sizeMax
    }

    package var isUnlimited: Bool { self == Retention() }
}

extension SampleStore {
    private enum SettingName: String {
        case resolution
        case rawSeconds = "retention.raw_seconds"
        case rollupSeconds = "retention.rollup_seconds"
        case sizeMax = "retention.bytes_max"
    }

    /// - Throws: `damaged` where a setting's checksum is wrong or its value is none that there is.
    package func settings() throws(StoreError) -> StoreSettings {
        if let knownSettings { return knownSettings }
        var settings = StoreSettings()
        if formatVersion > 1 {
            let stored = try storedSettings()
            if let text = stored[.resolution] {
                guard let resolution = StoreSettings.Resolution(rawValue: text) else {
                    throw damagedSetting(.resolution, text)
                }
                settings.resolution = resolution
            }
            settings.retention.rawSeconds = try number(.rawSeconds, in: stored)
            settings.retention.rollupSeconds = try number(.rollupSeconds, in: stored)
            settings.retention.sizeMax = try number(.sizeMax, in: stored).map(Bytes.init(rawValue:))
        }
        knownSettings = settings
        return settings
    }

    /// Remembers `settings` for every later run.
    package func remember(_ settings: StoreSettings) throws(StoreError) {
        try database.transaction(.immediate, while: "storing a setting") {
            () throws(StoreError) in
            let isExact = settings.resolution == .exact
            try set(.resolution, isExact ? nil : settings.resolution.rawValue)
            try set(.rawSeconds, settings.retention.rawSeconds.map { String($0) })
            try set(.rollupSeconds, settings.retention.rollupSeconds.map { String($0) })
            try set(.sizeMax, settings.retention.sizeMax.map { String($0.rawValue) })
        }
        knownSettings = settings
    }

    /// Of a setting's name, a zero byte and its value.
    static func settingChecksum(_ name: String, _ value: String) -> Int64 {
        Int64(Zlib.checksum(Array(name.utf8) + [0] + Array(value.utf8)))
    }

    private func set(_ name: SettingName, _ value: String?) throws(StoreError) {
        guard let value else {
            var statement = try database.prepare(
                "DELETE FROM setting WHERE name = ?", while: "storing a setting")
            try statement.bind(1, name.rawValue)
            try statement.run()
            return
        }
        var statement = try database.prepare(
            "INSERT OR REPLACE INTO setting(name, value, checksum) VALUES(?, ?, ?)",
            while: "storing a setting")
        try statement.bind(1, name.rawValue)
        try statement.bind(2, value)
        try statement.bind(3, Self.settingChecksum(name.rawValue, value))
        try statement.run()
    }

    /// All in one statement: every single sample asks for them.
    private func storedSettings() throws(StoreError) -> [SettingName: String] {
        var statement = try database.prepare(
            "SELECT name, value, checksum FROM setting", while: "reading a setting")
        var stored: [SettingName: String] = [:]
        while try statement.step() {
            // One of a later version changes nothing that this one does.
            guard let name = SettingName(rawValue: statement.text(0)) else { continue }
            let text = statement.text(1)
            guard Self.settingChecksum(name.rawValue, text) == statement.integer(2) else {
                throw damagedSetting(name, text)
            }
            stored[name] = text
        }
        return stored
    }

    private func number(
        _ name: SettingName, in stored: [SettingName: String]
    ) throws(StoreError) -> Int64? {
        guard let text = stored[name] else { return nil }
        guard let number = Int64(text), number > 0 else { throw damagedSetting(name, text) }
        return number
    }

    private func damagedSetting(_ name: SettingName, _ text: String) -> StoreError {
        .damaged(path: path, what: "the setting \(name.rawValue) says \(text.debugDescription)")
    }
}

extension MetricValues {
    /// Microseconds floored to whole milliseconds, downwards for negative ones too.
    func floored(to resolution: StoreSettings.Resolution) -> MetricValues {
        guard resolution == .millisecond else { return self }
        var floored = self
        for metric in Metric.microsecondCounters {
            guard let value = floored[metric] else { continue }
            let rest = value % 1000
            // Wraps only below the least number that is a whole millisecond, which no counter reaches.
            floored[metric] = rest < 0 ? value &- rest &- 1000 : value - rest
        }
        return floored
    }
}

extension Metric {
    static let microsecondCounters: [Metric] = [
        .cpuUsage, .cpuSystem, .cpuThrottledTime, .cpuPressureSome, .cpuPressureFull,
        .memoryPressureSome,
        .memoryPressureFull, .ioPressureSome, .ioPressureFull, .cpuThrottledTimeLocal,
    ]
}
