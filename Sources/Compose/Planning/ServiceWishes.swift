/// What the services of a model shall have. Many want the same, which is kept once.
package struct ServiceWishes: Sendable {
    /// The different wishes, in the order in which they came.
    private(set) var kinds: [ResourceWish] = []
    /// By service; -1 for one that keeps what it has.
    private var choices: [Int32]
    /// Wished for although there are no such services, in the order of their names.
    private(set) var unknown: [String] = []
    /// How many services have a wish.
    private(set) var count = 0

    /// Beyond so many, a wish is not compared with the others: amounts are all different.
    private static let comparedMax = 16

    /// - Parameter wish: of a service; nil to keep what it has.
    package init(_ model: ComposeModel, _ wish: (ComposeService) -> ResourceWish?) {
        choices = [Int32](repeating: -1, count: model.services.count)
        for index in model.services.indices {
            guard let wish = wish(model.services[index]) else { continue }
            choices[index] = number(of: wish)
            count += 1
        }
    }

    /// - Parameter wishes: by the names of services.
    package init(_ model: ComposeModel, _ wishes: [String: ResourceWish]) {
        self.init(model) { wishes[$0.name] }
        guard count < wishes.count else { return }
        let known = Set(model.services.lazy.map(\.name))
        unknown = wishes.keys.filter { !known.contains($0) }.sorted()
    }

    /// Of no service.
    init() { choices = [] }

    private mutating func number(of wish: ResourceWish) -> Int32 {
        if let last = kinds.last, last == wish { return Int32(kinds.count - 1) }
        if let known = kinds.prefix(Self.comparedMax).firstIndex(of: wish) { return Int32(known) }
        kinds.append(wish)
        return Int32(kinds.count - 1)
    }

    /// Which of `kinds` a service shall have.
    func kind(ofServiceAt index: Int) -> Int? {
        index < choices.count && choices[index] >= 0 ? Int(choices[index]) : nil
    }

    subscript(index: Int) -> ResourceWish? { kind(ofServiceAt: index).map { kinds[$0] } }
}
