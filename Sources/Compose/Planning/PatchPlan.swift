/// How files would be changed so that services get what was wished for, and which of them cannot be
/// changed safely. What is in a plan has been verified.
package struct PatchPlan: Sendable {
    package let model: ComposeModel
    /// Of the files that change, in the order of the model's documents.
    package let changes: [FileChange]
    /// In the order of the services; services that there are not come last.
    package let refusals: [PatchRefusal]
    /// Services that have what was wished for already.
    package let unchanged: [String]
    /// How each edited service is changed, in the order of the services.
    package let decisions: [Decision]
    let wishes: ServiceWishes

    /// The edits of one file.
    package struct FileChange: Sendable {
        package var path: String
        package var original: [UInt8]
        /// Sorted by offset, not overlapping.
        package var edits: [ByteEdit]

        package var patched: [UInt8] { edits.applied(to: original) }
    }

    /// A service that is changed.
    package struct Decision: Sendable {
        package let service: String
        private let change: ServiceChange

        init(_ service: String, _ change: ServiceChange) {
            self.service = service
            self.change = change
        }

        init(
            service: String, tier: String?, way: Way, reason: String, before: ComposeResources,
            after: ComposeResources
        ) {
            self.service = service
            change = ServiceChange(
                tier: tier, way: way, words: .text(reason), before: before, after: after)
        }

        /// The tier that was wished for; nil for amounts.
        package var tier: String? { change.tier }
        package var way: Way { change.way }
        /// For people.
        package var reason: String { change.reason(of: service) }
        package var before: ComposeResources { change.before }
        package var after: ComposeResources { change.after }
    }

    /// The ways of editing.
    package enum Way: String, Sendable {
        /// Another alias in place of one.
        case aliasSwapped = "alias swapped"
        /// A tier merged in, alone or in a list.
        case mergeAdded = "merge added"
        /// Amounts written into `deploy.resources`.
        case deployEdited = "deploy edited"
        /// Amounts written into `mem_limit` and its family.
        case olderFamilyEdited = "older family edited"
        /// Another value for a variable in a `.env` file.
        case variableEdited = "variable edited"
        /// New values for the anchor that services share.
        case anchorEdited = "anchor edited"
        /// Written into an override file.
        case overridden = "written into an override"
    }

    package var isEmpty: Bool { changes.isEmpty }

    /// The edits of all files.
    package var edits: [ByteEdit] { changes.flatMap(\.edits) }

    /// The wished tier of each edited service.
    package var assigned: [String: String] {
        var result: [String: String] = [:]
        for decision in decisions { result[decision.service] = decision.tier }
        return result
    }
}

/// A service that is not changed, and why.
package struct PatchRefusal: Hashable, Sendable {
    package enum Reason: String, Hashable, Sendable {
        case unknownTier, unknownService, notAMapping
        /// The file is UTF-16, and only UTF-8 is edited.
        case notUTF8
        /// The text is used by other services, which would change too.
        case shared
        /// A variable decides, not the file.
        case interpolated
        /// The text around could not be written again without a change of meaning.
        case notMovable
        /// Every way was tried, and none gave exactly what was wished for.
        case unverified
    }

    package var service: String
    package var reason: Reason
    package var path: String
    /// Where the obstacle is; nil for a service that no file has.
    package var line: Int?
    /// What is in the way and what to do by hand.
    package var text: String
}

extension PatchRefusal: CustomStringConvertible {
    package var description: String {
        guard let line else { return "\(service): \(text)" }
        return "\(service) (line \(line)): \(text)"
    }
}
