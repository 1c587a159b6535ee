package import Measures

/// Reads the control files of containers' groups into metric values.
///
/// The first tick opens, reads and closes each file: there may never be a second one. From the second
/// on this is a loop, and the files of a group stay open until a tick does without the group.
package final class CgroupReader {
    private let host: HostFiles
    private let buffer = ReadBuffer()
    private let known = KnownReading()
    /// For groups that are not kept open.
    private let passing: CgroupFiles

    private var kept: [CgroupPaths: CgroupFiles] = [:]
    /// How many groups may be kept open; nil until one is.
    private var keptMax: Int?
    private var ticks = 0
    private var keptReadThisTick = 0

    /// - Parameter keptMax: how many groups may be kept open; what `DescriptorLimit` allows without it.
    package init(host: HostFiles = HostFiles(), keptMax: Int? = nil) {
        self.host = host
        self.keptMax = keptMax
        passing = CgroupFiles(
            CgroupPaths(), host: host, buffer: buffer, known: known, keepsOpen: false)
    }

    /// The `errno` of a file that is there and could not be opened in the last `read`.
    private(set) var refusal: Int32?

    /// How many groups are open now.
    package var keptCount: Int { kept.count }

    /// - Returns: what could be read; empty when no group of `paths` exists any more.
    package func read(_ paths: CgroupPaths) -> MetricValues { read(paths, after: nil) }

    /// - Parameter earlier: of the same run of the same group; nil to read every file.
    func read(_ paths: CgroupPaths, after earlier: EarlierReading?) -> MetricValues {
        refusal = nil
        guard ticks > 0 else { return readOnce(paths, after: earlier) }
        guard let files = files(paths) else { return readOnce(paths, after: earlier) }
        let values = files.values(after: earlier)
        guard files.failure == nil, !values.isEmpty else {
            // Removed, and perhaps made anew under its old path: what was read is of the old one.
            kept[paths] = nil
            return readOnce(paths, after: nil)
        }
        if files.lastTick != ticks {
            files.lastTick = ticks
            keptReadThisTick += 1
        }
        return values
    }

    /// Ends a tick. Groups that were not read in it are gone from the inventory, and are closed.
    package func finishTick() {
        if kept.count > keptReadThisTick { kept = kept.filter { $0.value.lastTick == ticks } }
        passing.closeParents()
        ticks += 1
        keptReadThisTick = 0
    }

    private func readOnce(_ paths: CgroupPaths, after earlier: EarlierReading?) -> MetricValues {
        passing.paths = paths
        let values = passing.values(after: earlier)
        refusal = passing.refusal
        guard passing.failure == .descriptorsUsedUp, !kept.isEmpty else { return values }
        // Others hold more of this process's descriptors than was foreseen. Give back all of ours, and
        // take half as many again.
        keptMax = kept.count / 2
        kept = [:]
        keptReadThisTick = 0
        let complete = passing.values(after: earlier)
        refusal = passing.refusal
        return complete
    }

    /// The open files of a group; nil where no more may be open.
    private func files(_ paths: CgroupPaths) -> CgroupFiles? {
        if let files = kept[paths] { return files }
        let most = keptMax ?? DescriptorLimit.raise().groups
        keptMax = most
        guard kept.count < most else { return nil }
        let files = CgroupFiles(
            paths, host: host, buffer: buffer, known: known, keepsOpen: true)
        kept[paths] = files
        return files
    }
}

extension CgroupPaths {
    /// One path tells groups apart: hashing all six would take as long as two files take to be read.
    package func hash(into hasher: inout Hasher) {
        hasher.combine(memory ?? unified ?? cpuacct)
    }
}
