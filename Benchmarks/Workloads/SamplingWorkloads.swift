import Measures
import Sampling
import TestSupport

extension Workload {
    /// Control files from a temporary directory: their texts are scanned as those of the kernel are, and callgrind,
    /// which sees no system calls, counts little else.
    static var sampling: [Workload] {
        [
            reading("samples of 100 v2 groups", KernelFiles.unified) {
                CgroupPaths(unified: $0)
            },
            reading("samples of 100 v1 groups", KernelFiles.v1) {
                CgroupPaths(
                    cpu: $0 + "/cpu", cpuacct: $0 + "/cpuacct", memory: $0 + "/memory",
                    blkio: $0 + "/blkio", pids: $0 + "/pids")
            },
        ]
    }

    /// One group read a hundred times, its files kept open.
    private static func reading(
        _ name: String, _ files: [String: String],
        _ paths: @escaping @Sendable (_ directory: String) -> CgroupPaths
    ) -> Workload {
        Workload(name) {
            let directory = try TemporaryDirectory()
            for (name, text) in files { try directory.write("/" + name, Array(text.utf8)) }
            let paths = paths(directory.path)
            let reader = CgroupReader()
            return {
                withExtendedLifetime(directory) {
                    var found = 0.0
                    for _ in 0..<100 {
                        reader.read(paths).forEachPresent { found += Double($1 & 0xFFFF) }
                        reader.finishTick()
                    }
                    return found
                }
            }
        }
    }
}
