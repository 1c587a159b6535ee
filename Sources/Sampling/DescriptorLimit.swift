import Glibc

/// How many descriptors this process may have open (getrlimit(2)).
struct DescriptorLimit {
    var descriptors: Int

    /// For all that is not a control file: the store, the engine's socket, a file that is read once.
    private static let reserve = 64
    /// Both versions' files of one container, where a host mounts both.
    private static let perGroup = 16
    /// More groups than this are not kept open, whatever the limit: each open file holds 5 KiB of
    /// kernel memory, which is charged to the sampler.
    private static let groupsMax = 1024

    /// How many containers' files may be kept open.
    var groups: Int { min(Self.groupsMax, max(0, descriptors - Self.reserve) / Self.perGroup) }

    /// Raises the soft limit, which stands at 1,024 almost everywhere for the sake of select(2), to the
    /// hard one.
    static func raise() -> DescriptorLimit {
        let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
        var limit = rlimit()
        guard getrlimit(resource, &limit) == 0 else { return DescriptorLimit(descriptors: 0) }
        var raised = limit
        raised.rlim_cur = limit.rlim_max
        if setrlimit(resource, &raised) == 0 { limit = raised }
        return DescriptorLimit(descriptors: Int(clamping: limit.rlim_cur))
    }
}
