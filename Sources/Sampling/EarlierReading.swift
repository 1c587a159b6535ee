import Measures

/// What is known of a group before it is read, so that no file has to tell it again.
struct EarlierReading {
    /// The group's last reading, with its CPU time in whole microseconds.
    var values: MetricValues
    /// What has happened in no group at all since.
    var host: HostQuiet
}

/// What an earlier reading still tells of the group that is being read. One for all groups of a reader, which
/// are read one after the other: each would be too large to keep for a thousand.
final class KnownReading {
    private var earlier: EarlierReading?
    /// Whether the group has run since, as far as this is known yet.
    private var hasRun = true

    func begin(_ earlier: EarlierReading?) {
        self.earlier = earlier
        hasRun = true
    }

    /// To be called with the CPU time before `hasRested` is.
    func noteUsage(_ microseconds: Int64?) {
        guard let before = earlier?.values[.cpuUsage] else { return }
        hasRun = microseconds != before
    }

    /// Whether the group has run nothing since.
    var hasRested: Bool { !hasRun }

    /// Whether nothing of the kind has happened on the host since.
    func hasHost(been quiet: HostQuiet) -> Bool { earlier?.host.contains(quiet) ?? false }

    /// What was read then.
    subscript(metric: Metric) -> Int64? { earlier?.values[metric] }
}

/// What has not happened anywhere on the host between two ticks, and so in none of its groups.
struct HostQuiet: OptionSet {
    let rawValue: UInt8

    /// Nobody waited for memory (Documentation/accounting/psi.rst).
    static let memoryPressure = HostQuiet(rawValue: 1)
    /// Nobody waited for a block device.
    static let ioPressure = HostQuiet(rawValue: 2)
    /// No process was killed for lack of memory, in a group or at large.
    static let oomKills = HostQuiet(rawValue: 4)

    init(rawValue: UInt8) { self.rawValue = rawValue }

    /// - Parameters:
    ///   - before: the host's values at the tick before, read before its groups were.
    ///   - now: those of this tick, read before its groups are.
    init(between before: MetricValues, and now: MetricValues) {
        self = []
        func isSame(_ metric: Metric) -> Bool {
            now[metric] != nil && now[metric] == before[metric]
        }
        if isSame(.memoryPressureSome), isSame(.memoryPressureFull) { insert(.memoryPressure) }
        if isSame(.ioPressureSome), isSame(.ioPressureFull) { insert(.ioPressure) }
        if isSame(.memoryOOMKills) { insert(.oomKills) }
    }
}
