import Glibc

/// Keeps samplers of one store apart: an advisory lock (flock(2)) on the file STORE.lock, which holds
/// the process id of whoever has it.
///
/// The kernel frees the lock with the process, however that ends. The file stays: removing it would let
/// a third process lock a new file while a second still waits at the old.
struct RunLock {
    /// -1 where the file system has no locks.
    fileprivate let descriptor: Int32

    /// Takes the lock, or says that another sampler has it.
    /// - Parameters:
    ///   - store: an open store, so that what is wrong with its directory has been told by now.
    ///   - quiet: leave without a word.
    /// - Returns: nil where another sampler is running: there is nothing to do then.
    static func take(besideStore store: String, quiet: Bool) -> RunLock? {
        let path = lockPath(of: store)
        guard let descriptor = open(path, ownerOf: store) else {
            return without(path, errno)
        }
        while flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
            switch errno {
            case EINTR: continue
            case EWOULDBLOCK:
                let holder = holder(descriptor).map { " (pid \($0))" } ?? ""
                close(descriptor)
                if !quiet {
                    Console.note("another sampler is running\(holder): nothing was done")
                }
                return nil
            default:
                let code = errno
                close(descriptor)
                return without(path, code)
            }
        }
        // Never shortened, so that on a full disk no new block is needed.
        let line = pad("\(getpid())", to: pidWidth) + "\n"
        _ = line.withCString { pwrite(descriptor, $0, pidWidth + 1, 0) }
        return RunLock(descriptor: descriptor)
    }

    /// The process's end does the same.
    func release() {
        if descriptor >= 0 { close(descriptor) }
    }

    /// As wide as the largest process id, 2²².
    private static let pidWidth = 7

    private static func pad(_ text: String, to width: Int) -> String {
        String(repeating: " ", count: max(0, width - text.count)) + text
    }

    /// Beside the file itself, so that all links to one store lead to one lock.
    private static func lockPath(of store: String) -> String {
        guard let resolved = realpath(store, nil) else { return store + ".lock" }
        defer { free(resolved) }
        return String(cString: resolved) + ".lock"
    }

    /// A new file gets the store's owner and mode, as SQLite does with its own: then whoever may write the
    /// store may lock it. An existing one is opened without O_CREAT, which fs.protected_regular forbids
    /// even root for another's file in /tmp. Reading is enough to lock.
    private static func open(_ path: String, ownerOf store: String) -> Int32? {
        while true {
            for access in [O_RDWR, O_RDONLY] {
                let descriptor = Glibc.open(path, access | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
                if descriptor >= 0 { return descriptor }
                guard errno == EACCES || errno == EROFS else { break }
            }
            guard errno == ENOENT else { return nil }
            let descriptor = Glibc.open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
            if descriptor >= 0 {
                var status = stat()
                if stat(store, &status) == 0 {
                    _ = fchown(descriptor, status.st_uid, status.st_gid)
                    fchmod(descriptor, status.st_mode & 0o666)
                }
                return descriptor
            }
            // Another sampler made it in between.
            guard errno == EEXIST else { return nil }
        }
    }

    /// The process that holds the lock. It writes its id just after it has the lock, so until then the
    /// file names one that has ended; nil where that does not change soon.
    private static func holder(_ descriptor: Int32) -> pid_t? {
        for _ in 0..<20 {
            var bytes = [UInt8](repeating: 0, count: pidWidth + 1)
            let count = max(0, pread(descriptor, &bytes, bytes.count, 0))
            let text = String(decoding: bytes[..<count].filter { $0 > 32 }, as: UTF8.self)
            if let pid = pid_t(text), pid > 0, kill(pid, 0) == 0 || errno == EPERM { return pid }
            usleep(1000)
        }
        return nil
    }

    /// Goes on without: two samples at the same moment are better than none.
    private static func without(_ path: String, _ code: Int32) -> RunLock {
        let reason = String(cString: strerror(code))
        Console.note("cannot lock \(path) (\(reason)): overlapping runs are not kept apart")
        return RunLock(descriptor: -1)
    }
}
