internal import CIntrinsics
internal import SelectionKernels
internal import SelectionKernelsAVX2
internal import SelectionKernelsAVX512

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#elseif canImport(Darwin)
    internal import Darwin
#endif

/// The compiled kernels, and which of them is in use.
///
/// The choice is made once for the process: the environment variable `RIGHTSIZE_KERNELS` if it is
/// set, else the widest set of instructions that the CPU supports.
package struct Kernels: Sendable {
    /// What this kernel is compiled for.
    package let instructionSet: InstructionSet

    /// The kernel for an instruction set.
    ///
    /// - Throws: `StatisticsError.unsupportedKernel` if this CPU cannot run it.
    package init(_ instructionSet: InstructionSet) throws(StatisticsError) {
        guard instructionSet.isSupported else { throw .unsupportedKernel(instructionSet) }
        self.instructionSet = instructionSet
    }

    /// The kernel that the process uses.
    ///
    /// - Throws: `StatisticsError.unknownKernel` and `.unsupportedKernel` if `RIGHTSIZE_KERNELS` asks
    ///   for what there is not. Meant to be called once at the start of the program, so that a wrong
    ///   setting is reported and not ignored.
    package static func selected() throws(StatisticsError) -> Kernels {
        try selection.get()
    }

    private static let selection = Result { () throws(StatisticsError) -> Kernels in
        try choose(getenv("RIGHTSIZE_KERNELS").map { String(cString: $0) })
    }

    /// The kernel called `name`, or the best one if it is nil.
    static func choose(_ name: String?) throws(StatisticsError) -> Kernels {
        guard let name else { return try Kernels(.widestSupported) }
        guard let set = InstructionSet(rawValue: name) else { throw .unknownKernel(name) }
        return try Kernels(set)
    }
}

extension Kernels {
    /// Memory that `summarize` works in, in bytes.
    func scratchBytes(count: Int, rankCount: Int) -> Int {
        SelectionKernels.scratchBytes(count: count, rankCount: rankCount)
    }

    typealias Totals = SeriesTotals

    /// Order statistics and totals of a series; see the kernels' `summarize`.
    func summarize(
        _ values: UnsafePointer<Double>, count: Int, ranks: UnsafePointer<Int>, rankCount: Int,
        threshold: Double, next: UnsafePointer<Double>?, scratch: UnsafeMutableRawPointer,
        into result: UnsafeMutablePointer<Double>
    ) -> SeriesTotals {
        switch instructionSet {
        case .baseline:
            SelectionKernels.summarize(
                values, count: count, ranks: ranks, rankCount: rankCount, threshold: threshold,
                next: next, scratch: scratch, into: result)
        case .avx2:
            SelectionKernelsAVX2.summarize(
                values, count: count, ranks: ranks, rankCount: rankCount, threshold: threshold,
                next: next, scratch: scratch, into: result)
        case .avx512:
            SelectionKernelsAVX512.summarize(
                values, count: count, ranks: ranks, rankCount: rankCount, threshold: threshold,
                next: next, scratch: scratch, into: result)
        }
    }
}
