internal import CIntrinsics

/// What a kernel is compiled for.
package enum InstructionSet: String, CaseIterable, Sendable {
    /// What every CPU of the architecture has: SSE2 on x86-64, NEON on arm64.
    case baseline
    /// x86-64-v3: AVX2, FMA and BMI2.
    case avx2
    /// x86-64-v4: AVX-512 F, BW, CD, DQ and VL.
    case avx512

    /// Whether the running CPU, and its operating system, can execute it.
    package var isSupported: Bool {
        switch self {
        case .baseline: true
        case .avx2: cpu_supports_avx2_kernels()
        case .avx512: cpu_supports_avx512_kernels()
        }
    }

    /// The widest set that the running CPU supports.
    package static var widestSupported: InstructionSet {
        if avx512.isSupported { return .avx512 }
        if avx2.isSupported { return .avx2 }
        return .baseline
    }
}
