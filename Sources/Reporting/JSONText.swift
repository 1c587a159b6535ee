import FoundationEssentials
import Measures

extension Encodable {
    /// As JSON in the form that every command prints: indented, keys in order, without what would steer a
    /// terminal.
    package func jsonText() throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(self), as: UTF8.self).jsonWithoutControls
    }
}
