extension EngineEvent {
    /// What is asked for. Podman calls a death "died" in a filter and "die" in the event
    /// (containers/podman issue 16857).
    static let filter = [
        "create", "start", "restart", "pause", "unpause", "oom", "kill", "die", "died",
        "health_status", "update", "rename", "destroy", "remove",
    ]

    /// `since` is inclusive: an event of the same nanosecond must not be lost; `SeenEvents` knows doubles.
    static func target(since nanoseconds: Int64?) -> String {
        let names = EngineEvent.filter.map { "\"\($0)\"" }.joined(separator: ",")
        let filters = #"{"type":["container"],"event":[\#(names)]}"#
        let since = nanoseconds.map { value in
            let fraction = String(value % 1_000_000_000)
            let zeros = String(repeating: "0", count: 9 - fraction.utf8.count)
            return "since=\(value / 1_000_000_000).\(zeros)\(fraction)&"
        }
        return "/events?\(since ?? "")filters=\(percentEncoded(filters))"
    }

    private static func percentEncoded(_ text: String) -> String {
        text.utf8.map { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "_"):
                String(Unicode.Scalar(byte))
            default: "%" + String(byte, radix: 16, uppercase: true)
            }
        }.joined()
    }
}
