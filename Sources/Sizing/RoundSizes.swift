package import Measures

/// Sizes as people write them: few digits.
///
/// | CPU | step | memory | step |
/// |---|---|---|---|
/// | up to 0.1 | 0.01 | up to 128 MiB | 8 MiB |
/// | up to 1 | 0.05 | up to 1 GiB | 32 MiB |
/// | up to 4 | 0.25 | up to 8 GiB | 128 MiB |
/// | above | 0.5 | above | 512 MiB |
package enum RoundSizes {
    /// The smallest one that holds `cores`.
    package static func up(_ cores: Cores) -> Cores {
        // In hundredths, so that 0.15 is 0.15.
        let step = hundredths(cores)
        let hundredths = (cores.rawValue * 100 / step - 1e-9).rounded(.up) * step
        return Cores(max(1, hundredths) / 100)
    }

    /// The largest one that `cores` holds, at least the smallest there is.
    package static func down(_ cores: Cores) -> Cores {
        let step = hundredths(cores)
        let hundredths = (cores.rawValue * 100 / step + 1e-9).rounded(.down) * step
        return Cores(max(1, hundredths) / 100)
    }

    private static func hundredths(_ cores: Cores) -> Double {
        let steps: [(upTo: Double, hundredths: Double)] = [(0.1, 1), (1, 5), (4, 25)]
        return steps.first { cores.rawValue <= $0.upTo }?.hundredths ?? 50
    }

    package static func up(_ bytes: Bytes) -> Bytes {
        let step = step(bytes)
        let (padded, overflows) = bytes.rawValue.addingReportingOverflow(step - 1)
        return overflows ? bytes : Bytes(max(1, padded / step) * step)
    }

    package static func down(_ bytes: Bytes) -> Bytes {
        let step = step(bytes)
        return Bytes(max(1, bytes.rawValue / step) * step)
    }

    private static func step(_ bytes: Bytes) -> Int64 {
        let steps: [(upTo: Bytes, size: Int64)] = [
            (.mebibytes(128), 8), (.gibibytes(1), 32), (.gibibytes(8), 128),
        ]
        return (steps.first { bytes <= $0.upTo }?.size ?? 512) << 20
    }

    static func up(_ need: ResourceNeed) -> ResourceNeed {
        ResourceNeed(cpu: up(need.cpu), memory: up(need.memory))
    }
}
