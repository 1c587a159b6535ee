/// Why a statistic could not be computed.
package enum StatisticsError: Error, Equatable, CustomStringConvertible {
    /// No value was given.
    case emptyInput
    /// A probability is not a number from 0 to 1.
    case invalidProbability(Double)
    /// A weight is negative, infinite or NaN; `index` is its place in the input.
    case invalidWeight(Double, index: Int)
    /// All weights are zero, or their sum is too large for a `Double`.
    case unusableTotalWeight(Double)
    /// Two inputs that go together differ in length.
    case lengthMismatch(values: Int, others: Int)
    /// A level of confidence is not between 0 and 1.
    case invalidConfidence(Double)
    /// A value that must be a number is NaN; `index` is its place in the input.
    case notANumber(index: Int)
    /// A value that must be finite is infinite or NaN; `index` is its place in the input.
    case notFinite(Double, index: Int)
    /// A slope was asked for, but all values are of one time.
    case noTimeSpan
    /// `RIGHTSIZE_KERNELS` names no kernel.
    case unknownKernel(String)
    /// `RIGHTSIZE_KERNELS` names a kernel that this CPU cannot run.
    case unsupportedKernel(InstructionSet)

    package var description: String {
        switch self {
        case .emptyInput:
            "cannot compute a statistic of 0 values"
        case .invalidProbability(let probability):
            "cannot compute a quantile at probability \(probability): it must be from 0 to 1"
        case .invalidWeight(let weight, let index):
            "cannot use the weight \(weight) of value \(index): it must be finite and at least 0"
        case .unusableTotalWeight(let total):
            "cannot compute a weighted quantile: the weights sum to \(total)"
        case .lengthMismatch(let values, let others):
            "cannot pair \(values) values with \(others)"
        case .invalidConfidence(let level):
            "cannot compute an interval of confidence \(level): it must be above 0 and below 1"
        case .notANumber(let index):
            "cannot use value \(index): it is not a number"
        case .notFinite(let value, let index):
            "cannot use value \(index), \(value): it must be finite"
        case .noTimeSpan:
            "cannot compute a trend: all values are of one time"
        case .unknownKernel(let name):
            "cannot use RIGHTSIZE_KERNELS=\(name): it must be one of "
                + InstructionSet.allCases.map(\.rawValue).joined(separator: ", ")
        case .unsupportedKernel(let set):
            "cannot use RIGHTSIZE_KERNELS=\(set.rawValue): this CPU does not have the instructions"
        }
    }
}
