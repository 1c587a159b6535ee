package import Measures

/// What one replica of a service showed, derived from its counters interval by interval.
package struct ReplicaObservations: Sendable {
    package var instance: String
    package var cpu = CPUUse()
    /// Working set (current − inactive file) at each sample, in bytes.
    package var workingSet: [Double] = []
    /// The largest rate of a few seconds inside a run, in cores; nil where no run looked so closely.
    package var cpuBurstMax: Cores?
    /// The largest working set of the same.
    package var memoryBurstMax: Bytes?
    /// The largest `memory.peak` seen. It counts page cache: an upper bound of what was needed.
    package var memoryPeak: Bytes?
    /// Kills by the kernel or told by the engine.
    package var oomKills = 0
    package var restarts = 0
    /// The limits last seen; nil where none was ever read.
    package var cpuLimit: Limit<Cores>?
    package var memoryLimit: Limit<Bytes>?
    /// When each sample was taken, running or not; in the order taken.
    package var sampleTimes = SampleTimes()

    package init(instance: String) { self.instance = instance }
}
