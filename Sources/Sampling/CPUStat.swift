import Measures

/// `cpu.stat`, times in microseconds.
struct CPUStat {
    /// v2 only; v1 keeps it in `cpuacct.usage`.
    var usageMicroseconds: Int64?
    var periods: Int64?
    var throttledPeriods: Int64?
    var throttledMicroseconds: Int64?

    init(v2 text: UnsafeBufferPointer<UInt8>) {
        KernelFileScanner.forEachKey(text) { key, value in
            if KernelFileScanner.matches(key, "usage_usec") {
                usageMicroseconds = value.count()
            } else if KernelFileScanner.matches(key, "throttled_usec") {
                throttledMicroseconds = value.count()
            } else {
                setPeriods(key, &value)
            }
        }
    }

    init(v1 text: UnsafeBufferPointer<UInt8>) {
        KernelFileScanner.forEachKey(text) { key, value in
            if KernelFileScanner.matches(key, "throttled_time") {
                throttledMicroseconds = value.count().map { $0 / 1000 }  // nanoseconds
            } else {
                setPeriods(key, &value)
            }
        }
    }

    private mutating func setPeriods(
        _ key: UnsafeBufferPointer<UInt8>, _ value: inout KernelFileScanner
    ) {
        if KernelFileScanner.matches(key, "nr_periods") {
            periods = value.count()
        } else if KernelFileScanner.matches(key, "nr_throttled") {
            throttledPeriods = value.count()
        }
    }
}

extension MetricValues {
    /// Takes what the file had; what it had not stays as it was.
    mutating func set(_ stat: CPUStat) {
        if let usage = stat.usageMicroseconds { self[.cpuUsage] = usage }
        self[.cpuPeriods] = stat.periods
        self[.cpuThrottledPeriods] = stat.throttledPeriods
        self[.cpuThrottledTime] = stat.throttledMicroseconds
    }
}

/// The CPU bandwidth limit: quota over period (Documentation/scheduler/sched-bwc.rst).
enum CPUMax {
    /// `cpu.max`: `max 100000` or `20000 100000`.
    static func limit(v2 text: UnsafeBufferPointer<UInt8>) -> Limit<Cores>? {
        if KernelFileScanner.starts(text, with: "max") { return .unlimited }
        var scanner = KernelFileScanner(text)
        return limit(quota: scanner.integer(), period: scanner.integer())
    }

    /// - Parameter quota: microseconds a period; v1 says -1 for no limit.
    static func limit(quota: Int64?, period: Int64?) -> Limit<Cores>? {
        guard let quota else { return nil }
        if quota < 0 { return .unlimited }
        guard let period, period > 0 else { return nil }
        return .bounded(Cores(Double(quota) / Double(period)))
    }
}
