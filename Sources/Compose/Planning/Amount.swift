internal import Measures

/// An amount that is written, in the spelling of what stood there.
enum Amount {
    case cpus(Cores)
    case memory(Bytes)
    case count(Int64)

    /// - Parameter style: a size of the same place or its neighbour, whose unit is written alike: `1g` asks
    ///   for `512m`, `1G` for `512M`.
    func spelling(like style: String?, olderFamily: Bool) -> String {
        switch self {
        case .cpus(let cores):
            let text = ComposeSpelling.cpus(cores)
            return olderFamily ? text : "'\(text)'"
        case .memory(let bytes): return Self.memory(bytes, like: style)
        case .count(let count): return String(count)
        }
    }

    /// What stands between the quotes, if any.
    func bareSpelling(like style: String) -> String {
        switch self {
        case .cpus(let cores): Self.cpus(cores, like: style)
        case .memory(let bytes): Self.memory(bytes, like: style)
        case .count(let count): String(count)
        }
    }

    /// Whole numbers stay without a point where they were.
    private static func cpus(_ cores: Cores, like style: String) -> String {
        let text = ComposeSpelling.cpus(cores)
        return !style.contains(".") && text.hasSuffix(".0") ? String(text.dropLast(2)) : text
    }

    private static func memory(_ bytes: Bytes, like style: String?) -> String {
        let text = ComposeSpelling.memory(bytes)
        guard let style, let unitStart = style.firstIndex(where: \.isLetter) else {
            // A number of bytes stays one.
            return style.map { $0.allSatisfy(\.isNumber) && !$0.isEmpty } == true
                ? String(bytes.rawValue) : text
        }
        let unit = style[unitStart...]
        guard let first = unit.first, text.last != "b" else { return text }
        let isLower = first.isLowercase
        let rest = unit.count > 1 && first != "b" && first != "B" ? unit.dropFirst() : ""
        return (isLower ? text.lowercased() : text) + rest
    }
}

extension ComposeModel {
    /// Another amount where one is written: in its quotes, in the default of a variable, or in the `.env` file that
    /// sets the variable. Nil where it has the amount already.
    func edit(
        _ value: NodeID, to amount: Amount, _ layer: ServiceLayer, olderFamily: Bool
    ) throws(Planner.Obstacle) -> Planner.DocumentEdit? {
        let tree = documents[layer.document].tree
        let text = tree[value].kind == .scalar ? tree.text(of: value) : ""
        let found =
            text.utf8.contains(UInt8(ascii: "$"))
            ? try editVariable(value, text, to: amount, layer)
            : Planner.DocumentEdit(
                document: layer.document,
                edit: editScalar(value, to: amount, layer, olderFamily: olderFamily))
        return found.flatMap { $0.edit.old == $0.edit.new ? nil : $0 }
    }

    private func editScalar(
        _ value: NodeID, to amount: Amount, _ layer: ServiceLayer, olderFamily: Bool
    ) -> ByteEdit {
        let file = documents[layer.document]
        let tree = file.tree
        let places = TextPlaces(file)
        guard tree[value].kind == .scalar else {
            return places.replace(
                value, with: amount.spelling(like: nil, olderFamily: olderFamily))
        }
        let text = tree.text(of: value)
        let start = places.contentStart(of: value)
        let quote = start < tree[value].span.upperBound ? file.bytes[start] : 0
        let new = amount.bareSpelling(like: text)
        switch quote {
        case UInt8(ascii: "'"): return places.replace(value, with: "'\(new)'")
        case UInt8(ascii: "\""): return places.replace(value, with: "\"\(new)\"")
        default:
            // `deploy` wants its sizes as text.
            let isBare = new.allSatisfy(\.isNumber)
            if case .memory = amount, isBare, !olderFamily {
                return places.replace(value, with: "'\(new)'")
            }
            return places.replace(value, with: new)
        }
    }

    /// `${NAME:-512M}` gets another default, `${NAME}` one at all. A variable that is set decides itself: it is edited in
    /// the `.env` file that sets it.
    private func editVariable(
        _ value: NodeID, _ text: String, to amount: Amount, _ layer: ServiceLayer
    ) throws(Planner.Obstacle) -> Planner.DocumentEdit? {
        let environment = environments[layer.environment]
        let template = Template(text)
        let span = documents[layer.document].tree[value].span
        let raw = documents[layer.document].source.text(in: span)
        func barred(_ why: String) -> Planner.Obstacle {
            Planner.Obstacle(
                reason: .interpolated, document: layer.document, node: value,
                text: "\(text) is interpolated, and \(why)")
        }
        var range = template.text.indices
        while true {
            let variable: Template.Variable
            do throws(Template.Failure) {
                variable = try template.variable(at: range.lowerBound, before: range.upperBound)
            } catch {
                throw barred("only a part of the value; change the variable where it is set")
            }
            guard variable.span == range else {
                throw barred("only a part of the value; change the variable where it is set")
            }
            if let set = environment[variable.name], !set.isEmpty {
                guard case .replacement = variable.operation else {
                    guard let origin = environment.origins[variable.name] else {
                        let hidden = environment.overridden[variable.name]
                        throw barred(
                            "\(variable.name) is set to \(set) in the environment"
                                + (hidden.map { ", which overrides \($0.path):\($0.line)" } ?? "")
                                + "; change it there")
                    }
                    return try edit(variable: variable.name, from: origin, to: amount, barred)
                }
                throw barred("\(variable.name) is set, and only replaced here; edit it by hand")
            }
            var replaced: Range<Int>
            var new: String
            switch variable.operation {
            case .plain:
                replaced = variable.span
                new = "${\(variable.name):-\(amount.bareSpelling(like: ""))}"
            case .standIn:
                let old = String(decoding: template.text[variable.operand], as: UTF8.self)
                if old.hasPrefix("$") {
                    range = variable.operand
                    continue
                }
                replaced = variable.operand
                new = amount.bareSpelling(like: old)
            case .required, .replacement:
                throw barred("\(variable.name) has no default here; set it in .env")
            }
            // In quotes with escapes the text and its spelling are not the same bytes.
            guard let start = raw.utf8.firstOffset(of: Array(text.utf8)) else {
                throw barred("written with escapes; change it by hand")
            }
            replaced =
                replaced.lowerBound + start + span.lowerBound..<replaced.upperBound + start
                + span.lowerBound
            let bytes = documents[layer.document].bytes
            return Planner.DocumentEdit(
                document: layer.document,
                edit: ByteEdit(
                    range: replaced, old: Array(bytes[replaced]), new: Array(new.utf8), line: 0,
                    reason: ""))
        }
    }
}

extension Collection where Element == UInt8 {
    /// The offset of the first occurrence of a sequence of bytes.
    func firstOffset(of other: [UInt8]) -> Int? {
        let bytes = Array(self)
        guard !other.isEmpty, other.count <= bytes.count else { return nil }
        return (0...bytes.count - other.count).first {
            bytes[$0..<$0 + other.count].elementsEqual(other)
        }
    }
}
