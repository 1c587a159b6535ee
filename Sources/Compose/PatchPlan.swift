/// How a file would be changed so that services get the tiers assigned to them, and which of them
/// cannot be changed safely.
package struct PatchPlan: Sendable {
    package let file: ComposeFile
    /// Sorted by offset, not overlapping.
    package let edits: [ByteEdit]
    /// In the order of the file; services that it does not have come last.
    package let refusals: [PatchRefusal]
    /// Services that have the wanted tier, or exactly its resources, already.
    package let unchanged: [String]
    /// The tier that each edited service gets.
    package let assigned: [String: String]

    package var isEmpty: Bool { edits.isEmpty }

    /// - Parameters:
    ///   - edits: sorted and not overlapping; `patchedBytes()` proves the rest.
    package init(
        file: ComposeFile, edits: [ByteEdit], refusals: [PatchRefusal], unchanged: [String],
        assigned: [String: String]
    ) {
        self.file = file
        self.edits = edits
        self.refusals = refusals
        self.unchanged = unchanged
        self.assigned = assigned
    }
}

/// A service that is not changed, and why.
package struct PatchRefusal: Hashable, Sendable {
    package enum Reason: String, Hashable, Sendable {
        case unknownTier, unknownService
        case notAMapping, serviceIsAlias, serviceIsMerged, sharedServiceAnchor, extends
        case olderFamily, noTier, explicitDeploy, deployIsAlias, interpolated, inlineMerge
        case chainedAnchor, anchorIsNoTier, severalDeploys
        case definedAfterUse, anchorRedefined, otherKeysChange
    }

    package var service: String
    package var reason: Reason
    /// Where the obstacle is; nil for a service or a tier that the file does not have.
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
