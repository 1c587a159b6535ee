import Measures

@testable import Sizing

/// What one replica showed: each step a rate of CPU use that held since the step before it, and a working
/// set.
struct ObservationSketch {
    var observations: ReplicaObservations
    /// In milliseconds since 1970.
    private(set) var time: Int64

    init(instance: String = "1", start: Int64 = 0, limits: ResourceLimits? = nil) {
        observations = ReplicaObservations(instance: instance)
        observations.incarnations = 1
        observations.cpu.beginRun()
        observations.memory.beginRun()
        time = start
        if let limits {
            observations.noteLimits(limits, at: Timestamp(milliseconds: start))
        }
    }

    /// The sample that begins the first interval.
    mutating func begin(memory: Double? = nil) {
        observations.sampleTimes.append([time])
        if let memory { observations.memory.append(memory, time: time) }
    }

    /// - Parameters:
    ///   - seconds: since the last step, by the clock that nobody sets.
    ///   - label: how far the wall clock went meanwhile, in seconds; the same where it was not set.
    mutating func step(
        _ cores: Double?, seconds: Double = 300, label: Double? = nil, memory: Double? = nil,
        throttled: Double? = nil
    ) {
        time += Int64((label ?? seconds) * 1000)
        observations.sampleTimes.append([time])
        if let cores {
            observations.cpu.append(
                cores: cores, seconds: seconds, end: time, throttledShare: throttled,
                limit: observations.limits.cpu?.bound?.rawValue)
        }
        if let memory { observations.memory.append(memory, time: time) }
    }

    mutating func change(_ limits: ResourceLimits) {
        observations.noteLimits(limits, at: Timestamp(milliseconds: time))
    }

    /// Another container of the same replica.
    mutating func beginRun() {
        observations.incarnations += 1
        observations.cpu.beginRun()
        observations.memory.beginRun()
    }
}

/// A replica with the same working set all the time.
func observe(
    _ cores: [Double], seconds: Double = 300, memory: Double = 100, throttled: Double? = nil,
    limits: ResourceLimits? = nil, instance: String = "1", start: Int64 = 0
) -> ReplicaObservations {
    var sketch = ObservationSketch(instance: instance, start: start, limits: limits)
    sketch.begin(memory: memory)
    for cores in cores {
        sketch.step(cores, seconds: seconds, memory: memory, throttled: throttled)
    }
    return sketch.observations
}
