/// One sample of a whole host.
package struct Tick: Hashable, Sendable {
    /// Wall time when the first container was read: a label, not a clock.
    package var time: Timestamp
    package var boot: BootID
    /// CLOCK_BOOTTIME in milliseconds when the first container was read. Elapsed time between two
    /// ticks of one boot comes from here and from nowhere else.
    package var uptimeMilliseconds: Int64
    package var host: HostCapacity
    package var samples: [ContainerSample]
    /// Of the Compose projects among the samples, those whose labels tell it; each once.
    package var origins: [ProjectOrigin] = []

    package init(
        time: Timestamp, boot: BootID, uptimeMilliseconds: Int64, host: HostCapacity,
        samples: [ContainerSample]
    ) {
        self.time = time
        self.boot = boot
        self.uptimeMilliseconds = uptimeMilliseconds
        self.host = host
        self.samples = samples
    }
}

/// What the host has to give.
package struct HostCapacity: Hashable, Sendable {
    /// Online CPUs; nil where it could not be read.
    package var cpus: Cores?
    /// `MemTotal`; nil where it could not be read.
    package var memory: Bytes?

    package init(cpus: Cores?, memory: Bytes?) {
        self.cpus = cpus
        self.memory = memory
    }
}

/// What one container showed at one tick.
package struct ContainerSample: Hashable, Sendable {
    package var incarnation: Incarnation
    package var values: MetricValues

    package init(incarnation: Incarnation, values: MetricValues) {
        self.incarnation = incarnation
        self.values = values
    }
}

extension MetricValues: Hashable {
    package func hash(into hasher: inout Hasher) {
        hasher.combine(presence)
        forEachPresent { hasher.combine($1) }
    }
}
