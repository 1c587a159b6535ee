package import Measures

/// What is known of a service from days whose samples are deleted and whose rollups are kept: those of the
/// window before its first sample. Too coarse to size by, and enough to be careful by.
package struct EarlierUse: Hashable, Sendable {
    /// The first and the last of the days (UTC), each by its beginning.
    package var first: Timestamp
    package var last: Timestamp
    /// On how many days it was seen.
    package var days: Int
    /// Of the replica with the most, as used; percentiles to within 1 %.
    package var cpuP99: Cores?
    package var cpuMax: Cores?
    /// Working sets, likewise.
    package var memoryP99: Bytes?
    package var memoryMax: Bytes?
    /// All replicas together.
    package var oomKills: Int

    package init(
        first: Timestamp, last: Timestamp, days: Int, cpuP99: Cores? = nil, cpuMax: Cores? = nil,
        memoryP99: Bytes? = nil, memoryMax: Bytes? = nil, oomKills: Int = 0
    ) {
        self.first = first
        self.last = last
        self.days = days
        self.cpuP99 = cpuP99
        self.cpuMax = cpuMax
        self.memoryP99 = memoryP99
        self.memoryMax = memoryMax
        self.oomKills = oomKills
    }

    /// What of it `limits` would not have held: all memory, and CPU but for one percent of the time.
    func excess(over limits: ResourceLimits) -> String? {
        var parts: [String] = []
        if let most = cpuP99, let limit = limits.cpu?.bound, most > limit {
            parts.append("\(most.text) CPU for 1 % of the time")
        }
        if let most = memoryMax, let limit = limits.memory?.bound, most > limit {
            parts.append("\(most.text) of memory")
        }
        return parts.isEmpty ? nil : "used \(parts.joined(separator: " and ")) \(daysText)"
    }

    private var daysText: String {
        let (first, last) = (first.dayText, last.dayText)
        return first == last ? "on \(first)" : "between \(first) and \(last)"
    }
}
