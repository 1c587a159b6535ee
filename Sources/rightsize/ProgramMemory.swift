import CMalloc
import Glibc
import Sampling

/// What this process occupies.
enum ProgramMemory {
    /// Gives back the memory that is free, and the pages of code that have been touched so far: those that are
    /// needed again are still in the page cache. Reading arguments, opening a store and compacting it take
    /// megabytes that most ticks never do.
    static func release() {
        malloc_trim(0)
        releaseCode()
    }

    /// Code is never written to; constants, which relocations may have changed, are left alone.
    private static func releaseCode() {
        guard let maps = HostFiles().text("/proc/self/maps") else { return }
        for line in maps.split(separator: "\n") {
            // BEGIN-END PERMISSIONS OFFSET DEVICE INODE PATH (proc_pid_maps(5))
            let fields = line.split(separator: " ")
            guard fields.count > 5, fields[1] == "r-xp", fields[4] != "0" else { continue }
            let ends = fields[0].split(separator: "-").compactMap { UInt($0, radix: 16) }
            guard ends.count == 2, ends[0] < ends[1],
                let begin = UnsafeMutableRawPointer(bitPattern: ends[0])
            else { continue }
            // It only costs memory where this fails.
            _ = madvise(begin, Int(ends[1] - ends[0]), MADV_DONTNEED)
        }
    }
}
