package import Measures

/// A tier of the ladder as a Compose file defines it: a top-level `x-…` mapping with an anchor and a
/// `deploy:` of its own, whose `resources.limits` have both CPUs and memory.
package struct ComposeTier: Sendable {
    package var tier: ResourceTier
    /// The anchor as written, without `&`: `resources-small`.
    package var anchor: String
    /// The bytes of the anchored mapping.
    package var span: Range<Int>
    /// The line of the anchor, counted from 1.
    package var line: Int
    let node: NodeID

    package var name: String { tier.name }

    /// Anchors are usually named for what they hold; a tier is named without that.
    static func name(ofAnchor anchor: String) -> String {
        let prefix = "resources-"
        return anchor.hasPrefix(prefix) && anchor.count > prefix.count
            ? String(anchor.dropFirst(prefix.count)) : anchor
    }
}
