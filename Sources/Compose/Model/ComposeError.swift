/// Why a Compose file cannot be read, planned or written. The description says what, where
/// (`path:line:column`, both counted from 1) and what to do.
package struct ComposeError: Error, Hashable, Sendable {
    package enum Kind: Hashable, Sendable {
        // Reading the file.
        case missing, unreadable, notAFile, tooLarge
        // Reading its text.
        case notUTF8, unsupportedEncoding, malformedYAML, undefinedAlias, cyclicAlias
        case unmergeable, tooDeep, noServices
        // What Compose itself refuses.
        case invalidService, invalidExtends, invalidInclude, unknownKey
        // What `rightsize.yaml` says.
        case invalidTiers
        // Writing it back.
        case unverified, changedSinceRead, unwritable
    }

    package var kind: Kind
    package var path: String
    /// Where in the text, as far as the error has a place in it.
    package var position: SourcePosition?
    /// What is wrong and what to do, without the place.
    package var text: String

    init(_ kind: Kind, path: String, at position: SourcePosition? = nil, _ text: String) {
        self.kind = kind
        self.path = path
        self.position = position
        self.text = text
    }
}

extension ComposeError: CustomStringConvertible {
    package var description: String {
        guard let position else { return "\(path): \(text)" }
        return "\(path):\(position): \(text)"
    }
}

/// Something in a Compose file that a person should know, though the file could be read.
package struct ComposeWarning: Hashable, Sendable {
    package enum Kind: Hashable, Sendable {
        /// A mapping has `<<` more than once.
        case duplicateMerge
        case other
    }

    package var kind: Kind
    package var path: String
    /// Counted from 1.
    package var line: Int
    package var text: String
}

extension ComposeWarning: CustomStringConvertible {
    package var description: String { "line \(line): \(text)" }
}
