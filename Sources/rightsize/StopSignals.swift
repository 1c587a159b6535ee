import Glibc
import Sampling

/// Turns SIGINT and SIGTERM into something to wait for: from creation on they no longer end the process
/// by themselves, so that a sample under way is finished and stored.
struct StopSignals {
    private let signals: sigset_t

    /// Must be made before any other thread is started, which would inherit the old mask.
    init() {
        var set = sigset_t()
        sigemptyset(&set)
        sigaddset(&set, SIGINT)
        sigaddset(&set, SIGTERM)
        sigprocmask(SIG_BLOCK, &set, nil)
        signals = set
    }

    /// Sleeps until the time is up or a signal comes, also one that came before.
    func wait(milliseconds: Int64) -> Recorder.Ending {
        let deadline = KernelClock.monotonic.milliseconds + max(0, milliseconds)
        while true {
            let left = max(0, deadline - KernelClock.monotonic.milliseconds)
            var set = signals
            var time = timespec(
                tv_sec: Int(left / 1000), tv_nsec: Int(left % 1000) * 1_000_000)
            switch sigtimedwait(&set, nil, &time) {
            case SIGINT: return .interrupt
            case SIGTERM: return .terminate
            default:
                // EAGAIN: the time is up; EINTR: another signal, such as a stop and continue.
                if errno != EINTR || KernelClock.monotonic.milliseconds >= deadline {
                    return .timeUp
                }
            }
        }
    }
}
