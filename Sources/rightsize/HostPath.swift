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

    /// `path` from the root, without links and dots where it exists.
    static func resolved(_ path: String) -> String {
        guard let real = realpath(path, nil) else { return absolute(path) }
        defer { free(real) }
        return String(cString: real)
    }

    /// An absolute path without empty and `.` parts and without `..`, links left as they are.
    static func normal(_ path: String) -> String {
        var parts: [Substring] = []
        for part in path.split(separator: "/") where part != "." {
            if part == ".." { _ = parts.popLast() } else { parts.append(part) }
        }
        return "/" + parts.joined(separator: "/")
    }

    /// The directory of `path`, from the root.
    static func directory(of path: String) -> String {
        let path = normal(absolute(path))
        return String(path[..<path.lastIndex(of: "/")!])
    }

    static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

    /// The directory of the running program.
    static var programDirectory: String? {
        guard let path = realpath("/proc/self/exe", nil) else { return nil }
        defer { free(path) }
        return "/" + String(cString: path).split(separator: "/").dropLast().joined(separator: "/")
    }
}
