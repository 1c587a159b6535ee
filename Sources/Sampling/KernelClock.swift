import Glibc

/// The kernel's clocks (clock_gettime(2)).
package enum KernelClock {
    /// Wall time since 1970, in UTC: may be set, forwards and backwards.
    case realtime
    /// Since some moment before: nobody sets it. For deadlines and waits.
    case monotonic
    /// Since the boot, suspended time included: nobody sets it. For the time between two ticks.
    case boottime

    package var nanoseconds: Int64 {
        let now = time
        return Int64(now.tv_sec) * 1_000_000_000 + Int64(now.tv_nsec)
    }

    package var milliseconds: Int64 {
        let now = time
        return Int64(now.tv_sec) * 1000 + Int64(now.tv_nsec) / 1_000_000
    }

    private var time: timespec {
        var time = timespec()
        clock_gettime(id, &time)
        return time
    }

    private var id: clockid_t {
        switch self {
        case .realtime: CLOCK_REALTIME
        case .monotonic: CLOCK_MONOTONIC
        case .boottime: CLOCK_BOOTTIME
        }
    }
}
