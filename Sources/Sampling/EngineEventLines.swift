/// Splits a stream of events, one JSON object a line, as its bytes arrive. What cannot be kept or read is
/// dropped and counted, never stored without bound.
struct EngineEventLines {
    /// An event with every label of Compose is some 1 KB; labels can be long.
    static let lineLengthMax = 256 << 10

    /// Events lost here: a line too long, or not an event.
    private(set) var dropped = 0
    private var line: [UInt8] = []
    /// The rest of this line is of no use.
    private var isSkipping = false

    /// - Returns: the events whose last byte is among `bytes`, at most `eventsMax`; more are dropped.
    mutating func append(_ bytes: [UInt8], eventsMax: Int) -> [EngineEvent] {
        var events: [EngineEvent] = []
        var rest = bytes[...]
        while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
            let part = rest[..<end]
            rest = rest[(end + 1)...]
            if isSkipping {
                isSkipping = false
            } else if line.isEmpty {
                read(part, into: &events, eventsMax)
            } else {
                line.append(contentsOf: part)
                read(line[...], into: &events, eventsMax)
            }
            line.removeAll(keepingCapacity: line.count < 4096)
        }
        keep(rest)
        return events
    }

    /// A new connection starts with a new line.
    mutating func reset() {
        line = []
        isSkipping = false
    }

    private mutating func keep(_ part: ArraySlice<UInt8>) {
        guard !isSkipping else { return }
        guard line.count + part.count <= Self.lineLengthMax else {
            line = []
            isSkipping = true
            dropped += 1
            return
        }
        line.append(contentsOf: part)
    }

    private mutating func read(
        _ line: ArraySlice<UInt8>, into events: inout [EngineEvent], _ eventsMax: Int
    ) {
        // Podman sends an empty line now and then.
        guard line.contains(where: { $0 > 0x20 }) else { return }
        do {
            guard let event = try EngineEvent(line: line) else { return }
            if events.count < eventsMax { events.append(event) } else { dropped += 1 }
        } catch {
            dropped += 1
        }
    }
}
