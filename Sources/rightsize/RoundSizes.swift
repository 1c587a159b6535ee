import Measures

/// Amounts that a person would write: the next larger one of a grid that grows with them.
enum RoundSizes {
    /// Steps of 0.05 cores below 1, 0.25 below 4, then 0.5.
    static func up(_ cores: Cores) -> Cores {
        let step = cpuStep(cores.rawValue)
        // Without the allowance 0.3 would be just above 6 × 0.05.
        return Cores(millicores: Int64(((cores.rawValue - 1e-9) / step).rounded(.up) * step * 1000))
    }

    static func down(_ cores: Cores) -> Cores {
        let step = cpuStep(cores.rawValue)
        let count = max(1, ((cores.rawValue + 1e-9) / step).rounded(.down))
        return Cores(millicores: Int64((count * step * 1000).rounded()))
    }

    private static func cpuStep(_ cores: Double) -> Double {
        cores <= 1 ? 0.05 : cores <= 4 ? 0.25 : 0.5
    }

    /// Steps of 16M below 256M, 64M below 1G, 256M below 4G, then 512M.
    static func up(_ bytes: Bytes) -> Bytes {
        let step = memoryStep(bytes)
        return Bytes((max(bytes.rawValue, 1) + step - 1) / step * step)
    }

    static func down(_ bytes: Bytes) -> Bytes {
        let step = memoryStep(bytes)
        return Bytes(max(step, bytes.rawValue / step * step))
    }

    private static func memoryStep(_ bytes: Bytes) -> Int64 {
        if bytes <= .mebibytes(256) { return 16 << 20 }
        if bytes <= .gibibytes(1) { return 64 << 20 }
        return bytes <= .gibibytes(4) ? 256 << 20 : 512 << 20
    }
}
