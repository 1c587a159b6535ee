/// Which events have been told already: a stream that is opened anew repeats the last ones.
struct SeenEvents {
    /// More than can happen in the nanoseconds that two streams overlap.
    private static let countMax = 64

    /// The newest event's time.
    private(set) var newestNanoseconds: Int64?
    private var recent: [EngineEvent] = []

    mutating func isNew(_ event: EngineEvent) -> Bool {
        guard !recent.contains(event) else { return false }
        if recent.count == Self.countMax { recent.removeFirst() }
        recent.append(event)
        // An engine's clock may step back: the newest is then not the last.
        newestNanoseconds = max(newestNanoseconds ?? event.timeNanoseconds, event.timeNanoseconds)
        return true
    }
}
