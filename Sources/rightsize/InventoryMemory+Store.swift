import Measures
import Sampling
import Storing

extension InventoryMemory {
    private static let name = "inventory"
    private static let listedName = "inventory.listed"

    /// What the sample before this one left in the store; nil where there is none, or another version's.
    init?(leftIn store: SampleStore) throws(StoreError) {
        guard let listed = try store.note(Self.listedName)?.split(separator: " "),
            listed.count == 2, let time = Int64(listed[0]), let uptime = Int64(listed[1]),
            let text = try store.note(Self.name)
        else { return nil }
        self.init(
            text: text,
            listedAt: ClockReading(
                time: Timestamp(milliseconds: time), uptimeMilliseconds: uptime))
    }

    /// What to store for the next sample.
    /// - Parameter previous: what the store holds already.
    func notes(after previous: InventoryMemory?) -> [StoreNote] {
        var notes = [
            StoreNote(
                Self.listedName, "\(listedAt.time.rawValue) \(listedAt.uptimeMilliseconds)")
        ]
        // Mostly nothing has changed, and the text of thousands of containers is not written again.
        if previous.map({ !isSame(as: $0) }) ?? true {
            notes.append(StoreNote(Self.name, text))
        }
        return notes
    }
}
