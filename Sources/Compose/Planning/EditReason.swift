/// Why text is changed, for people: which service, and from what to what. It is kept as what it is made of until
/// somebody reads it, since a large file has as many reasons as services.
package struct EditReason: Sendable {
    private enum Parts {
        case text(String)
        case change(service: String, ServiceChange)
    }

    private var parts: Parts

    package init(_ text: String) { parts = .text(text) }

    init(_ change: ServiceChange, of service: String) {
        parts = .change(service: service, change)
    }

    /// Two reasons for one edit.
    static func + (left: EditReason, right: EditReason) -> EditReason {
        left == right ? left : EditReason("\(left); \(right)")
    }

    /// The service that an edit is for: texts begin with it.
    var service: String? {
        switch parts {
        case .text(let text): text.firstIndex(of: ":").map { String(text[..<$0]) }
        case .change(let service, _): service
        }
    }
}

extension EditReason: CustomStringConvertible {
    package var description: String {
        switch parts {
        case .text(let text): text
        case .change(let service, let change): change.reason(of: service)
        }
    }
}

extension EditReason: ExpressibleByStringLiteral {
    package init(stringLiteral text: String) { self.init(text) }
}

extension EditReason: Hashable {
    package static func == (left: EditReason, right: EditReason) -> Bool {
        left.description == right.description
    }

    package func hash(into hasher: inout Hasher) { hasher.combine(description) }
}

/// What is done to a service, or to many alike.
final class ServiceChange: Sendable {
    enum Words: Sendable {
        case text(String)
        /// The tier before, if it was one, and what was wished for.
        case wish(ResourceWish, was: String?)
    }

    /// The tier that was wished for; nil for amounts.
    let tier: String?
    let way: PatchPlan.Way
    let words: Words
    let before: ComposeResources
    let after: ComposeResources

    init(
        tier: String?, way: PatchPlan.Way, words: Words, before: ComposeResources,
        after: ComposeResources
    ) {
        self.tier = tier
        self.way = way
        self.words = words
        self.before = before
        self.after = after
    }

    func reason(of service: String) -> String {
        switch words {
        case .text(let text): text
        case .wish(let wish, let was):
            "\(service): \(was.map { "tier \($0) to " } ?? "")\(wish.description), \(way.rawValue)"
        }
    }
}
