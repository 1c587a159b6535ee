package import Measures

/// A tier of the ladder as a Compose file defines it: an anchored mapping under a top-level `x-…` key, that
/// holds limits of both CPUs and memory in a text of its own.
package struct ComposeTier: Sendable {
    /// What the anchored mapping holds, and so where it is merged.
    package enum Shape: Sendable {
        /// `deploy:`; services merge it.
        case service
        /// `resources:`; a `deploy:` merges it.
        case deploy
        /// `limits:` and `reservations:`; a `resources:` is it or merges it.
        case resources
    }

    package var tier: ResourceTier
    package var shape: Shape
    /// The anchor as written, without `&`: `resources-small`.
    package var anchor: String
    /// The bytes of the anchored mapping.
    package var span: Range<Int>
    /// The line of the anchor, counted from 1.
    package var line: Int
    let document: Int
    let node: NodeID
    /// What is written to use it: `*resources-small`.
    let alias: [UInt8]

    package var name: String { tier.name }

    /// Anchors are usually named for what they hold; a tier is named without that.
    static func name(ofAnchor anchor: String) -> String {
        let prefix = "resources-"
        return anchor.hasPrefix(prefix) && anchor.count > prefix.count
            ? String(anchor.dropFirst(prefix.count)) : anchor
    }
}
