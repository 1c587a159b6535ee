/// Compose's interpolation: `$NAME`, `${NAME}`, `${NAME:-default}` and its relatives, nested, `$$`.
///
/// Source: the Compose specification, "Interpolation", and compose-go's `template` package.
struct Template {
    /// The text to fill in, as bytes: every mark of the syntax is ASCII.
    let text: [UInt8]

    enum Operation: Sendable {
        /// `${NAME}` and `$NAME`.
        case plain
        /// `:-` and `-`: the operand stands in for a variable that is unset (or empty).
        case standIn(orEmpty: Bool)
        /// `:+` and `+`: the operand replaces a variable that is set (and not empty).
        case replacement(orEmpty: Bool)
        /// `:?` and `?`: the variable must be set (and not empty).
        case required(orEmpty: Bool)
    }

    struct Variable {
        var name: String
        var operation: Operation
        /// From `$` to the closing brace.
        var span: Range<Int>
        var operand: Range<Int>
    }

    enum Failure: Error, Equatable {
        /// `${NAME:?message}` of a variable that is not set.
        case required(name: String, message: String)
        /// A `$` that begins nothing; the offset in the text.
        case malformed(at: Int)
    }

    init(_ text: String) { self.text = Array(text.utf8) }

    /// - Parameter unset: gets the names of variables that have no value and no default.
    func filled(
        from environment: ComposeEnvironment, unset: inout [String]
    ) throws(Failure) -> String {
        var result: [UInt8] = []
        try fill(text.indices, environment, &result, &unset, depth: 0)
        return String(decoding: result, as: UTF8.self)
    }

    /// Deeper nesting than a file has reason for; it bounds the recursion.
    private static let depthMax = 50

    private func fill(
        _ range: Range<Int>, _ environment: ComposeEnvironment, _ result: inout [UInt8],
        _ unset: inout [String], depth: Int
    ) throws(Failure) {
        guard depth <= Self.depthMax else { throw .malformed(at: range.lowerBound) }
        var position = range.lowerBound
        while position < range.upperBound {
            guard text[position] == UInt8(ascii: "$") else {
                result.append(text[position])
                position += 1
                continue
            }
            if position + 1 < range.upperBound, text[position + 1] == UInt8(ascii: "$") {
                result.append(UInt8(ascii: "$"))
                position += 2
                continue
            }
            let variable = try variable(at: position, before: range.upperBound)
            position = variable.span.upperBound
            let value = environment[variable.name]
            switch variable.operation {
            case .plain:
                if value == nil { unset.append(variable.name) }
                result += Array((value ?? "").utf8)
            case .standIn(let orEmpty):
                if let value, !(orEmpty && value.isEmpty) {
                    result += Array(value.utf8)
                } else {
                    try fill(variable.operand, environment, &result, &unset, depth: depth + 1)
                }
            case .replacement(let orEmpty):
                if let value, !(orEmpty && value.isEmpty) {
                    try fill(variable.operand, environment, &result, &unset, depth: depth + 1)
                }
            case .required(let orEmpty):
                guard let value, !(orEmpty && value.isEmpty) else {
                    var message: [UInt8] = []
                    try fill(variable.operand, environment, &message, &unset, depth: depth + 1)
                    throw .required(
                        name: variable.name, message: String(decoding: message, as: UTF8.self))
                }
                result += Array(value.utf8)
            }
        }
    }

    /// The variable that begins with the `$` at an offset.
    func variable(at start: Int, before end: Int) throws(Failure) -> Variable {
        var position = start + 1
        let isBraced = position < end && text[position] == UInt8(ascii: "{")
        if isBraced { position += 1 }
        let nameStart = position
        while position < end, Self.isName(text[position], first: position == nameStart) {
            position += 1
        }
        guard position > nameStart else { throw .malformed(at: start) }
        let name = String(decoding: text[nameStart..<position], as: UTF8.self)
        guard isBraced else {
            return Variable(
                name: name, operation: .plain, span: start..<position, operand: position..<position)
        }
        let close = try closingBrace(from: position, before: end, of: start)
        var orEmpty = false
        if position < close, text[position] == UInt8(ascii: ":") {
            orEmpty = true
            position += 1
        }
        let operation: Operation
        switch position < close ? text[position] : UInt8(ascii: "}") {
        case UInt8(ascii: "-"): operation = .standIn(orEmpty: orEmpty)
        case UInt8(ascii: "+"): operation = .replacement(orEmpty: orEmpty)
        case UInt8(ascii: "?"): operation = .required(orEmpty: orEmpty)
        case UInt8(ascii: "}") where position == close && !orEmpty: operation = .plain
        default: throw .malformed(at: start)
        }
        let operand = min(position + 1, close)..<close
        return Variable(name: name, operation: operation, span: start..<close + 1, operand: operand)
    }

    private func closingBrace(
        from position: Int, before end: Int, of start: Int
    ) throws(Failure) -> Int {
        var depth = 1
        var position = position
        while position < end {
            switch text[position] {
            case UInt8(ascii: "{") where text[position - 1] == UInt8(ascii: "$"): depth += 1
            case UInt8(ascii: "}"): depth -= 1
            default: break
            }
            if depth == 0 { return position }
            position += 1
        }
        throw .malformed(at: start)
    }

    private static func isName(_ byte: UInt8, first: Bool) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "_"):
            true
        case UInt8(ascii: "0")...UInt8(ascii: "9"): !first
        default: false
        }
    }
}
