import TestSupport

/// What a container would use if nothing limited it: the truth that the closed loop never sees.
struct SimulatedDemand {
    enum Kind: String, CaseIterable {
        /// The same all day, but for noise.
        case steady
        /// Office hours, half of it at weekends.
        case diurnal
        /// Idle but for bursts of minutes, each of another height.
        case bursty
        /// A per cent a day more, of both resources.
        case growing
        /// Diurnal; starts with a CPU limit below what it wants.
        case throttled
        /// Its memory peaks on every third day; starts with a limit below the peaks.
        case killed
        /// Steady, and reads files, which stay in the page cache.
        case caching
    }

    /// How much of what the limit leaves is filled with page cache in use.
    var cacheShare: Double { kind == .caching ? 0.75 : 0 }

    static let stepSeconds: Int64 = 300
    static let stepsPerDay = 288

    let kind: Kind
    /// In cores, step by step.
    private(set) var cpu: [Double] = []
    /// In MiB.
    private(set) var memory: [Double] = []
    /// The mean CPU of a busy hour, and memory outside of peaks, on the first day.
    let base: (cpu: Double, memory: Double)

    init(_ kind: Kind, days: Int, seed: UInt64) {
        self.kind = kind
        var random = SeededGenerator(seed: seed)
        base = (0.05 + 0.55 * random.unit(), 40 + 500 * random.unit())
        let count = days * Self.stepsPerDay
        cpu.reserveCapacity(count)
        memory.reserveCapacity(count)
        var burst = (steps: 0, height: 0.0)
        for day in 0..<days {
            let growth = kind == .growing ? 1 + 0.01 * Double(day) : 1
            let weekend = day % 7 >= 5
            // A busy day and a calm one differ by a quarter.
            let busyness = growth * (0.9 + 0.25 * random.unit())
            let peak = kind == .killed && day % 3 == 1 ? 1.4 + 0.5 * random.unit() : 0
            let peakStart = Int(random.unit() * Double(Self.stepsPerDay - 12))
            for step in 0..<Self.stepsPerDay {
                let noise = 0.85 + 0.3 * random.unit()
                var use = base.cpu * busyness * noise
                switch kind {
                case .steady, .growing, .killed, .caching: break
                case .diurnal, .throttled:
                    use *= Self.shape(step) * (weekend ? 0.5 : 1)
                case .bursty:
                    if burst.steps > 0 {
                        burst.steps -= 1
                    } else {
                        burst.height = 0
                        if random.unit() < 0.02 {
                            burst = (1 + Int(random.unit() * 8), 0.3 + 0.7 * random.unit())
                        }
                    }
                    use *= 0.1 + burst.height
                }
                cpu.append(use)
                var held = base.memory * growth * (0.97 + 0.06 * random.unit())
                if peak > 0, step >= peakStart, step < peakStart + 12 { held *= peak }
                memory.append(held)
            }
        }
    }

    /// Little at night, all of it from ten to four.
    private static func shape(_ step: Int) -> Double {
        let hour = Double(step) / 12
        return switch hour {
        case ..<6, 20...: 0.15
        case ..<10: 0.15 + 0.85 * (hour - 6) / 4
        case ..<16: 1
        default: 0.15 + 0.85 * (20 - hour) / 4
        }
    }
}

extension SeededGenerator {
    /// From 0, below 1.
    mutating func unit() -> Double { Double(next() >> 11) * 0x1p-53 }
}
