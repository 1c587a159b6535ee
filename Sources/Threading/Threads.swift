internal import CIntrinsics
internal import Synchronization

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#elseif canImport(Darwin)
    internal import Darwin
#endif

/// Threads of the operating system, for work that keeps all cores busy: a library for tasks would bring a
/// scheduler along that starts slower than such work takes.
package enum Threads {
    /// CPUs that this process may run on.
    package static var usableCPUCount: Int { Int(usable_cpu_count()) }

    /// Runs `body` on `count` threads, the calling one among them, and returns when all have returned.
    ///
    /// Where the system grants fewer threads, fewer run it: `body` must share out its work among however
    /// many there are.
    package static func run(_ count: Int, _ body: @Sendable () -> Void) {
        withoutActuallyEscaping(body) { body in
            var threads: [pthread_t] = []
            for _ in 1..<max(1, count) {
                guard let thread = start(Body(body)) else { break }
                threads.append(thread)
            }
            body()
            for thread in threads { pthread_join(thread, nil) }
        }
    }

    /// Runs `body` for each number from 0 to below `count`, on at most `threadCount` threads, the calling one
    /// among them, and returns when all have returned.
    /// - Parameter body: gets the number, and that of the thread, from 0 to below `threadCount`.
    package static func forEach(
        _ count: Int, threadCount: Int, _ body: @Sendable (_ number: Int, _ thread: Int) -> Void
    ) {
        let next = Atomic<Int>(0)
        let nextThread = Atomic<Int>(0)
        run(min(count, threadCount)) {
            let thread = nextThread.add(1, ordering: .relaxed).oldValue
            while true {
                let number = next.add(1, ordering: .relaxed).oldValue
                guard number < count else { return }
                body(number, thread)
            }
        }
    }

    private final class Body: Sendable {
        let run: @Sendable () -> Void

        init(_ run: @escaping @Sendable () -> Void) { self.run = run }
    }

    private static func start(_ body: Body) -> pthread_t? {
        #if canImport(Darwin)
            var thread: pthread_t?
        #else
            var thread = pthread_t()
        #endif
        let argument = Unmanaged.passRetained(body)
        let failure = pthread_create(
            &thread, nil,
            { argument in
                #if canImport(Darwin)
                    Unmanaged<Body>.fromOpaque(argument).takeRetainedValue().run()
                #else
                    if let argument {
                        Unmanaged<Body>.fromOpaque(argument).takeRetainedValue().run()
                    }
                #endif
                return nil
            }, argument.toOpaque())
        if failure != 0 {
            argument.release()
            return nil
        }
        return thread
    }
}
