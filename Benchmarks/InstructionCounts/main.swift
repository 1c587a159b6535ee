// Does a workload a number of times, to be counted by callgrind (../check.py).
//
//     InstructionCounts               lists the workloads
//     InstructionCounts NAME TIMES    does one, and prints what it computed

import Glibc
import Workloads

/// In a function, at whose end what the workload keeps in temporary directories goes.
func main() throws {
    let arguments = CommandLine.arguments
    if arguments.count == 1 {
        for workload in Workload.all { print(workload.name) }
        return
    }
    guard arguments.count == 3, let times = Int(arguments[2]), times >= 0,
        let workload = Workload.all.first(where: { $0.name == arguments[1] })
    else {
        _ = "usage: InstructionCounts [NAME TIMES]\n".withCString { write(2, $0, strlen($0)) }
        exit(64)
    }
    let run = try workload.prepared()
    var found = 0.0
    for _ in 0..<times { found += run() }
    print(found)
    // A workload that fails gives no number.
    if found.isNaN { exit(1) }
}

try main()
