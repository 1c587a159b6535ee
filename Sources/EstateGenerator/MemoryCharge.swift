/// The memory of one group as `memory.stat` divides it, in pages of 4 KiB, and the kernel's way of
/// keeping it below the limit: file pages go first, those not used lately before the others; when
/// none are left, somebody is killed.
struct MemoryCharge {
    let limit: Double
    private(set) var anon = 0.0
    private(set) var shmem = 0.0
    private(set) var activeFile = 0.0
    private(set) var inactiveFile = 0.0
    private(set) var slabReclaimable = 0.0
    /// Kernel stacks, page tables, per-CPU memory: charged, and not in any of the other parts.
    private(set) var kernel = 0.0
    private(set) var peak = 0.0

    /// File pages that even a group without memory keeps: the code it is running.
    private static let leastFilePages = 512.0

    /// What one step did.
    struct Outcome {
        var oom = false
        /// File pages that were not in the cache and had to be read or written.
        var chargedFilePages = 0.0
        var refaults: Int64 = 0
        var reclaimedPages = 0.0
        /// 0 with file pages to spare, 1 when all of the hot ones are squeezed out.
        var squeeze = 0.0
    }

    init(limitBytes: Int64) { limit = Double(limitBytes / 4096) }

    var current: Double { anon + shmem + activeFile + inactiveFile + slabReclaimable + kernel }

    /// Charges one step.
    /// - Parameters:
    ///   - anonPages, shmemPages: what the processes hold at the end of the step.
    ///   - filePages: new file data read or written in the step.
    mutating func charge(
        anonPages: Double, shmemPages: Double, filePages: Double, files: FileUse, pids: Int64,
        random: inout RandomSource
    ) -> Outcome {
        var outcome = Outcome()
        anon = anonPages.rounded()
        shmem = shmemPages.rounded()
        kernel = (Double(pids) * 10 + (anon + shmem) / 400).rounded()

        // New pages start on the inactive list; what is used again moves up.
        let room = max(0, files.total * pagesPerMebibyte - activeFile - inactiveFile)
        let charged = min(filePages, room).rounded()
        inactiveFile += charged
        let missing = files.hot * pagesPerMebibyte - activeFile
        if missing >= 64 {
            let promoted = min(inactiveFile, (missing * 0.2).rounded())
            activeFile += promoted
            inactiveFile -= promoted
        }
        // Dentries and inodes: by the cached file, in slabs of 16 pages.
        let cached = activeFile + inactiveFile
        slabReclaimable = 32 + (cached * 0.02 / 16).rounded() * 16

        // The kernel charges in batches, so a full group stands a little below its limit.
        let ceiling = limit - (random.uniform() * 48).rounded()
        if current > limit - 48 {
            let overshoot = max(0, current - ceiling)
            outcome = reclaim(overshoot, files: files)
            peak = limit
        }
        peak = min(limit, max(peak, current))
        outcome.chargedFilePages = charged
        return outcome
    }

    private mutating func reclaim(_ pages: Double, files: FileUse) -> Outcome {
        var outcome = Outcome()
        var left = pages
        let fromInactive = min(left, max(0, inactiveFile - Self.leastFilePages))
        inactiveFile -= fromInactive
        left -= fromInactive
        let fromActive = min(left, max(0, activeFile - Self.leastFilePages))
        activeFile -= fromActive
        left -= fromActive
        outcome.reclaimedPages = fromInactive + fromActive
        let hot = max(1, files.hot * pagesPerMebibyte)
        outcome.squeeze = max(0, min(1, (hot - activeFile - inactiveFile) / hot))
        // Hot pages come back at once; of the cold ones few are read again.
        outcome.refaults = Int64(
            (fromActive * 2 + fromInactive * 0.02 + outcome.squeeze * hot * 4).rounded())
        outcome.oom = left > 0
        return outcome
    }

    /// The kernel killed a worker that held `pages`; the group had been at its limit.
    mutating func killWorker(pages: Double) {
        anon = max(64, anon - pages.rounded())
        peak = limit
    }

    /// A new group: everything at zero.
    mutating func reset() { self = MemoryCharge(limitBytes: Int64(limit) * 4096) }
}
