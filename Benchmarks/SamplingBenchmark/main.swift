import Glibc
import Measures
import Sampling

let arguments = CommandLine.arguments
let groups = Int(arguments[2])!
let ticks = Int(arguments[3])!
let paths = (0..<groups).map { number in
    let name = "/" + String(repeating: "0", count: 4 - String(number).count) + String(number)
    var paths = CgroupPaths(memory: arguments[4] + name)
    if arguments.count > 6 {
        paths.cpuacct = arguments[5] + name
        paths.cpu = arguments[6] + name
    }
    return paths
}
func used() -> Double {
    var usage = rusage()
    getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
    return Double(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1e6
        + Double(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec)
}
var start = 0.0
var present = 0
var reader = CgroupReader()
for tick in -2..<ticks {
    if tick == 0 { start = used() }
    if arguments[1] == "once" { reader = CgroupReader() }
    for path in paths { present &+= reader.read(path).count }
    reader.finishTick()
}
print((used() - start) / Double(groups * ticks), present)
