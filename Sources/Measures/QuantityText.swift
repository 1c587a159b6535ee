/// `value` with exactly `decimals` digits behind the point, rounded half away from zero.
package func fixedText(_ value: Double, decimals: Int) -> String {
    var scale = 1.0
    for _ in 0..<decimals { scale *= 10 }
    let scaled = (value * scale).rounded()
    guard scaled.magnitude < 9e15 else { return "\(value)" }
    let digits = String(Int64(scaled.magnitude))
    let padded = String(repeating: "0", count: max(0, decimals + 1 - digits.count)) + digits
    let sign = scaled < 0 ? "-" : ""
    guard decimals > 0 else { return sign + padded }
    return sign + padded.dropLast(decimals) + "." + padded.suffix(decimals)
}

extension Bytes {
    /// For people, about three digits: `512 B`, `96.5 MiB`, `1.25 GiB`.
    package var text: String {
        let units = ["B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"]
        var value = Double(rawValue)
        var unit = 0
        // 999.5 would print as four digits.
        while value.magnitude >= 999.5, unit + 1 < units.count {
            value /= 1024
            unit += 1
        }
        let decimals = unit == 0 || value.magnitude >= 99.95 ? 0 : value.magnitude >= 9.995 ? 1 : 2
        var number = fixedText(value, decimals: decimals)
        if decimals > 0 {
            while number.hasSuffix("0") { number.removeLast() }
            if number.hasSuffix(".") { number.removeLast() }
        }
        return "\(number) \(units[unit])"
    }
}

extension Cores {
    /// For people: `0.003`, `0.25`, `1.5`, `12`.
    package var text: String {
        let decimals = rawValue.magnitude < 0.0995 ? 3 : rawValue.magnitude < 9.995 ? 2 : 1
        var number = fixedText(rawValue, decimals: decimals)
        while number.hasSuffix("0") { number.removeLast() }
        if number.hasSuffix(".") { number.removeLast() }
        return number
    }
}

/// A share as a whole percentage: `0.834` is `83 %`.
package func percentText(_ share: Double) -> String { fixedText(share * 100, decimals: 0) + " %" }

/// A span of time for people, in its two largest units: `45 s`, `3 h 20 min`, `13 d 21 h`.
package func spanText(seconds: Double) -> String {
    let total = Int64(seconds.rounded())
    let parts: [(Int64, String)] = [
        (total / 86_400, "d"), (total / 3600 % 24, "h"), (total / 60 % 60, "min"),
        (total % 60, "s"),
    ]
    guard let first = parts.firstIndex(where: { $0.0 > 0 }) else { return "0 s" }
    return parts[first..<min(first + 2, parts.count)].filter { $0.0 > 0 }.map {
        "\($0.0) \($0.1)"
    }.joined(separator: " ")
}
