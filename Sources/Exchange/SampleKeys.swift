import Measures

/// What a row says of its series, before it is known which it is.
struct SeriesNames: Hashable {
    var project: String?
    var service = ""
    var instance = ""
    var kind = SeriesKind.service
    var container: String?

    static let bytesMax = 1024

    /// - Returns: why these cannot name a series; nil where they can.
    var refusal: String? {
        if service.isEmpty { return "no service" }
        let named = [
            ("project", project ?? ""), ("service", service), ("instance", instance),
            ("container", container ?? ""),
        ]
        for (what, name) in named {
            if name.utf8.count > Self.bytesMax {
                return "a \(what) of \(name.utf8.count) bytes, at most \(Self.bytesMax) can be"
            }
            if name.unicodeScalars.contains(where: { $0.value < 32 || $0.value == 127 }) {
                return "a control character in the \(what)"
            }
        }
        return nil
    }

    var incarnation: Incarnation {
        let identity = SeriesIdentity(
            kind: kind, service: ServiceID(project: project, service: service),
            instance: instance.isEmpty && kind == .service ? "1" : instance)
        let name = [project, service, identity.instance].compactMap(\.self).filter { !$0.isEmpty }
        return Incarnation(
            series: identity,
            container: ContainerID(
                rawValue: container ?? "import:\(project ?? "")/\(service)/\(identity.instance)"),
            name: name.joined(separator: "-"))
    }
}

/// The series and metrics of an import: a number for each pair, in the order they are met.
final class SampleKeys {
    struct Key: Hashable {
        /// An index into `incarnations`.
        var member: Int32
        var metric: Metric
    }

    private(set) var incarnations: [Incarnation] = []
    private(set) var keys: [Key] = []
    private var members: [Incarnation: Int32] = [:]
    private var numbers: [Key: Int32] = [:]

    func number(of names: SeriesNames, _ metric: Metric) -> Int32 {
        let incarnation = names.incarnation
        let member = members[incarnation] ?? Int32(incarnations.count)
        if member == incarnations.count {
            members[incarnation] = member
            incarnations.append(incarnation)
        }
        let key = Key(member: member, metric: metric)
        if let number = numbers[key] { return number }
        let number = Int32(keys.count)
        numbers[key] = number
        keys.append(key)
        return number
    }
}

extension Metric {
    /// By the name in exports and imports.
    static let byName = Dictionary(uniqueKeysWithValues: allCases.map { ($0.name, $0) })
}

extension SeriesKind {
    static let byName = Dictionary(uniqueKeysWithValues: allCases.map { ($0.name, $0) })
}
