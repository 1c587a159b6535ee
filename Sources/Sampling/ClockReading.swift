package import Measures

/// The two clocks of a tick, read together.
package struct ClockReading: Hashable, Sendable {
    package var time: Timestamp
    /// CLOCK_BOOTTIME: runs on while the host sleeps, and nobody sets it.
    package var uptimeMilliseconds: Int64

    package init(time: Timestamp, uptimeMilliseconds: Int64) {
        self.time = time
        self.uptimeMilliseconds = uptimeMilliseconds
    }

    package static func now() -> ClockReading {
        ClockReading(
            time: Timestamp(milliseconds: KernelClock.realtime.milliseconds),
            uptimeMilliseconds: KernelClock.boottime.milliseconds)
    }
}
