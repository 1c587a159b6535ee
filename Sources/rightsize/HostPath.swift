import Glibc

/// Paths of this machine.
enum HostPath {
    /// `path` from the root, links and dots left as they are.
    static func absolute(_ path: String) -> String {
        guard !path.hasPrefix("/") else { return path }
        guard let current = getcwd(nil, 0) else { return path }
        defer { free(current) }
        return String(cString: current) + "/" + path
    }

    static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

    /// The directory of the running program.
    static var programDirectory: String? {
        guard let path = realpath("/proc/self/exe", nil) else { return nil }
        defer { free(path) }
        return "/" + String(cString: path).split(separator: "/").dropLast().joined(separator: "/")
    }
}
