import Measures
import Testing

@testable import Sampling

@Suite struct CgroupMountsTests {
    private static let hybrid = """
        31 23 0:28 / /sys/fs/cgroup rw,relatime - tmpfs tmpfs rw,mode=755
        32 31 0:29 / /sys/fs/cgroup/cpu,cpuacct rw,relatime shared:9 - cgroup cgroup rw,cpu,cpuacct
        35 31 0:32 / /sys/fs/cgroup/memory rw,relatime - cgroup cgroup rw,memory
        40 31 0:37 / /sys/fs/cgroup/systemd rw,relatime - cgroup cgroup rw,xattr,name=systemd
        41 31 0:38 / /sys/fs/cgroup/unified rw,relatime - cgroup2 cgroup2 rw
        """

    @Test func aHybridHierarchyHasBoth() {
        let mounts = CgroupMounts(mountinfo: Self.hybrid)
        #expect(mounts.unified?.point == "/sys/fs/cgroup/unified")
        #expect(mounts.v1[.cpu]?.point == "/sys/fs/cgroup/cpu,cpuacct")
        #expect(mounts.v1[.cpuacct]?.point == "/sys/fs/cgroup/cpu,cpuacct")
        #expect(mounts.v1[.blkio] == nil)
        let paths = mounts.paths(
            membership:
                "4:memory:/docker/ab\n2:cpu,cpuacct:/docker/ab\n1:name=systemd:/x\n0::/docker/ab\n")
        #expect(
            paths
                == CgroupPaths(
                    cpu: "/sys/fs/cgroup/cpu,cpuacct/docker/ab",
                    cpuacct: "/sys/fs/cgroup/cpu,cpuacct/docker/ab",
                    memory: "/sys/fs/cgroup/memory/docker/ab",
                    unified: "/sys/fs/cgroup/unified/docker/ab"))
    }

    @Test(
        arguments: [
            // The host's whole tree.
            ("/", "/docker/ab", "/sys/fs/cgroup/docker/ab"),
            ("/", "/", "/sys/fs/cgroup"),
            // A container that sees only its own subtree, with the host's names for it.
            ("/docker/me", "/docker/me", "/sys/fs/cgroup"),
            ("/docker/me", "/docker/me/child", "/sys/fs/cgroup/child"),
            ("/docker/me", "/docker/me2", "/sys/fs/cgroup/docker/me2"),
            // Outside of this cgroup namespace.
            ("/", "/../other", nil),
        ] as [(String, String, String?)])
    func groupsAreFoundBelowTheMount(root: String, group: String, directory: String?) {
        let mounts = CgroupMounts(
            mountinfo: "24 23 0:21 \(root) /sys/fs/cgroup rw - cgroup2 cgroup2 rw")
        #expect(mounts.paths(membership: "0::\(group)\n").unified == directory)
    }

    /// The container's own group, whichever group below it its process is in, and nobody else's.
    @Test(
        arguments: [
            ("/docker/\(id)", "/sys/fs/cgroup/docker/\(id)"),
            ("/docker/\(id)/init", "/sys/fs/cgroup/docker/\(id)"),
            (
                "/machine.slice/libpod-\(id).scope/container",
                "/sys/fs/cgroup/machine.slice/libpod-\(id).scope"
            ),
            ("/", nil), ("/user.slice/session-1.scope", nil),
            ("/docker/\(String(repeating: "f", count: 64))", nil),
        ] as [(String, String?)])
    func theGroupIsTheContainersOwn(group: String, directory: String?) {
        let mounts = CgroupMounts(mountinfo: "24 23 0:21 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw")
        let paths = mounts.paths(
            membership: "1:name=systemd:/x\n0::\(group)\n",
            container: ContainerID(rawValue: Self.id))
        #expect(paths == CgroupPaths(unified: directory))
    }

    @Test func mountPointsMayHoldSpaces() {
        let mounts = CgroupMounts(
            mountinfo: #"24 23 0:21 / /mnt/my\040groups\134x rw - cgroup2 none rw"#)
        #expect(mounts.unified?.point == #"/mnt/my groups\x"#)
    }

    private static let id = String(repeating: "0123456789abcdef", count: 4)
    private static let uid = "0b6ad1d8-7e5a-4b0c-9a61-0f4c4bfe8f4c"

    @Test(
        arguments: [
            ("/docker/\(id)", .container(id: id)),
            ("/system.slice/docker-\(id).scope", .container(id: id)),
            ("/libpod_parent/libpod-\(id)", .container(id: id)),
            ("/machine.slice/libpod-\(id).scope", .container(id: id)),
            (
                "/user.slice/user-1000.slice/user@1000.service/user.slice/libpod-\(id).scope",
                .container(id: id)
            ),
            ("/machine.slice/libpod-conmon-\(id).scope", .unit("libpod-conmon-\(id).scope")),
            ("/kubepods/burstable/pod\(uid)/\(id)", .pod(name: "pod\(uid)", id: id)),
            (
                "/kubepods.slice/kubepods-besteffort.slice/kubepods-besteffort-pod0b6ad1d8_7e5a_4b0c_9a61_0f4c4bfe8f4c.slice/cri-containerd-\(id).scope",
                .pod(name: "pod\(uid)", id: id)
            ),
            ("/system.slice/nginx.service", .unit("nginx.service")),
            ("/user.slice/user-0.slice/session-3.scope", .unit("session-3.scope")),
            ("/system.slice", nil), ("/", nil), ("/my/group", nil),
            ("/docker/0123", nil),
        ] as [(String, GroupName?)])
    func groupsAreNamedByWhatIsKnown(path: String, name: GroupName?) {
        #expect(GroupName(path: path) == name)
    }
}
