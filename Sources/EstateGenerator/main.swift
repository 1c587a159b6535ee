import Glibc
import Measures
import Storing

let usage = """
    usage: EstateGenerator OUT.db [--seed N] [--days 14] [--step 300]
           EstateGenerator --summary [--seed N] [--days 14] [--step 300]

    Makes the history of the example estate: generated, not recorded. The same seed, days and step
    (seconds) make the same ticks. --summary prints what the history shows instead of writing it.
    """

/// Ends the program with one line on stderr.
func fail(_ message: String, status: Int32) -> Never {
    let line = Array("EstateGenerator: \(message)\n".utf8)
    _ = write(STDERR_FILENO, line, line.count)
    exit(status)
}

struct Options {
    var path: String?
    /// One in whose history the OOM kills are spread over both weeks.
    var seed: UInt64 = 10
    var days: Int64 = 14
    var step: Int64 = 300
    var summary = false

    init(arguments: some Sequence<String>) {
        var iterator = arguments.makeIterator()
        while let argument = iterator.next() {
            func number<Value: FixedWidthInteger>(_ range: ClosedRange<Value>) -> Value {
                guard let text = iterator.next(), let value = Value(text), range.contains(value)
                else { fail("\(argument) takes a number in \(range)\n\(usage)", status: 64) }
                return value
            }
            switch argument {
            case "--seed": seed = number(0...UInt64.max)
            case "--days": days = number(1...366)
            case "--step": step = number(5...3600)
            case "--summary": summary = true
            case "--help", "-h":
                print(usage)
                exit(0)
            case _ where !argument.hasPrefix("-") && path == nil: path = argument
            default: fail("what is \(argument)?\n\(usage)", status: 64)
            }
        }
    }
}

let options = Options(arguments: CommandLine.arguments.dropFirst())
let simulation = Simulation(
    seed: options.seed, days: options.days, stepSeconds: options.step)

if options.summary {
    var summary = Summary()
    simulation.run { summary.add($0, $1) }
    for line in summary.lines() { print(line) }
} else if let path = options.path {
    guard access(path, F_OK) != 0 else { fail("\(path) exists already", status: 2) }
    do {
        try writeHistory(simulation, to: path)
    } catch {
        fail("\(path): \(error)", status: 2)
    }
} else {
    fail("no file to write to\n\(usage)", status: 64)
}
