import Glibc
import Measures

/// Numbers in foreign text.
enum NumberText {
    /// Why text is no value, for the line's error.
    struct Refusal: Error {
        var what: String
    }

    /// A value of `metric` as it is stored.
    @inline(__always)
    static func value(
        _ text: UnsafeRawBufferPointer, of metric: Metric
    ) throws(Refusal) -> Int64 {
        if metric.kind != .real, let integer = shortInteger(text) { return integer }
        return try generalValue(text, of: metric)
    }

    /// Up to eighteen digits, perhaps behind a minus.
    @inline(__always)
    private static func shortInteger(_ text: UnsafeRawBufferPointer) -> Int64? {
        var position = 0
        let isNegative = text.count > 0 && text[0] == 0x2d
        if isNegative { position = 1 }
        let digits = text.count &- position
        guard digits > 0, digits <= 18 else { return nil }
        var value: Int64 = 0
        while position < text.count {
            let digit = text[position] &- 0x30
            guard digit < 10 else { return nil }
            value = value &* 10 &+ Int64(digit)
            position &+= 1
        }
        return isNegative ? 0 &- value : value
    }

    @inline(never)
    private static func generalValue(
        _ text: UnsafeRawBufferPointer, of metric: Metric
    ) throws(Refusal) -> Int64 {
        guard !text.isEmpty else { throw Refusal(what: "no value") }
        guard let decimal = Decimal(text) else {
            guard isWordForNonFinite(text) else {
                throw Refusal(what: "\(shown(text)) is not a number")
            }
            throw Refusal(what: "\(shown(text)): values must be finite")
        }
        if metric.kind == .real {
            guard let value = decimal.double(text) else {
                throw Refusal(what: "\(shown(text)) is beyond the largest number of 64 bits")
            }
            return value.storedReal
        }
        switch decimal.integer(text) {
        case .some(let value): return value
        case .none where decimal.isWhole:
            throw Refusal(what: "\(shown(text)) is beyond the integers of 64 bits")
        case .none:
            throw Refusal(what: "\(shown(text)) is not whole, as \(metric.name) is")
        }
    }

    private static func isWordForNonFinite(_ text: UnsafeRawBufferPointer) -> Bool {
        var word = text.map { $0 | 0x20 }[...]
        if let sign = text.first, sign == 0x2b || sign == 0x2d { word = word.dropFirst() }
        return ["nan", "inf", "infinity"].contains { word.elementsEqual($0.utf8) }
    }

    /// Milliseconds since 1970 from seconds with a fraction, or from RFC 3339. Finer digits are dropped.
    @inline(__always)
    static func time(
        _ text: UnsafeRawBufferPointer, _ dates: inout DateText
    ) throws(Refusal) -> Int64 {
        // Ten digits: from 2001 to 2286.
        if text.count == 10, let seconds = shortInteger(text), seconds >= 0 {
            return seconds &* 1000
        }
        return try generalTime(text, &dates)
    }

    /// The first moment of the year 10000, in milliseconds.
    private static let endOfTime: Int64 = 253_402_300_800_000

    @inline(never)
    private static func generalTime(
        _ text: UnsafeRawBufferPointer, _ dates: inout DateText
    ) throws(Refusal) -> Int64 {
        guard !text.isEmpty else { throw Refusal(what: "no timestamp") }
        if text.count > 4, text[4] == 0x2d {
            guard let time = dates.milliseconds(text) else {
                throw Refusal(what: "\(shown(text)) is not a time")
            }
            guard time >= 0 else { throw Refusal(what: "\(shown(text)) is before 1970") }
            return time
        }
        guard let decimal = Decimal(text) else {
            throw Refusal(
                what: "\(shown(text)) is not a time: seconds since 1970 or RFC 3339 are expected")
        }
        guard !decimal.isNegative || decimal.mantissa == 0 else {
            throw Refusal(what: "\(shown(text)) is before 1970")
        }
        guard let time = decimal.thousandfold(text), time < endOfTime else {
            throw Refusal(
                what: "\(shown(text)) seconds are beyond the year 9999: "
                    + "timestamps are in seconds, not in milliseconds")
        }
        return time
    }
}

/// A decimal number as it is written: [-]digits[.digits][e[+-]digits].
struct Decimal {
    var isNegative = false
    /// The digits that count, as far as they fit into 64 bits.
    var mantissa: UInt64 = 0
    /// The number is mantissa × 10^exponent.
    var exponent = 0
    /// Whether digits that are not zero did not fit.
    private(set) var isCut = false
    /// Whether what follows the point is zero.
    private(set) var isWhole = true

    init?(_ text: UnsafeRawBufferPointer) {
        guard text.count <= 400 else { return nil }
        var position = 0
        if position < text.count, text[position] == 0x2d {
            isNegative = true
            position += 1
        }
        var digits = 0
        var hasPoint = false
        while position < text.count {
            let byte = text[position]
            if byte == 0x2e, !hasPoint {
                hasPoint = true
            } else if byte &- 0x30 < 10 {
                digits += 1
                add(UInt64(byte &- 0x30), isBehindPoint: hasPoint)
            } else {
                break
            }
            position += 1
        }
        guard digits > 0 else { return nil }
        if position < text.count {
            guard text[position] | 0x20 == 0x65 else { return nil }
            let rest = UnsafeRawBufferPointer(rebasing: text[(position + 1)...])
            let unsigned = rest.first == 0x2b ? UnsafeRawBufferPointer(rebasing: rest[1...]) : rest
            guard !unsigned.isEmpty, unsigned.count <= 5,
                let shift = Int(String(decoding: unsigned, as: UTF8.self)),
                unsigned[0] != 0x2b
            else { return nil }
            exponent += shift
        }
        // A fraction of zeros is none, and a larger exponent makes it whole.
        while exponent < 0, mantissa % 10 == 0, mantissa > 0 {
            mantissa /= 10
            exponent += 1
        }
        isWhole = exponent >= 0 || mantissa == 0
    }

    private mutating func add(_ digit: UInt64, isBehindPoint: Bool) {
        // 19 digits always fit.
        if mantissa >= 1_000_000_000_000_000_000 {
            if digit != 0 { isCut = true }
            if !isBehindPoint { exponent += 1 }
            return
        }
        mantissa = mantissa * 10 + digit
        if isBehindPoint { exponent -= 1 }
    }

    /// Nil where it is not whole or does not fit.
    func integer(_ text: UnsafeRawBufferPointer) -> Int64? {
        guard isWhole, !isCut else { return nil }
        if mantissa == 0 { return 0 }
        guard exponent < 20 else { return nil }
        var magnitude = mantissa
        for _ in 0..<exponent {
            let (product, isTooLarge) = magnitude.multipliedReportingOverflow(by: 10)
            if isTooLarge { return nil }
            magnitude = product
        }
        if isNegative {
            return magnitude <= 1 << 63 ? Int64(truncatingIfNeeded: 0 &- magnitude) : nil
        }
        return Int64(exactly: magnitude)
    }

    /// The nearest Double; nil where that is infinite.
    func double(_ text: UnsafeRawBufferPointer) -> Double? {
        // Both exact, so that one rounding is the only one (Clinger 1990).
        if !isCut, mantissa <= 1 << 53, exponent.magnitude <= 22 {
            var power = 1.0
            for _ in 0..<exponent.magnitude { power *= 10 }
            let value = exponent < 0 ? Double(mantissa) / power : Double(mantissa) * power
            return isNegative ? -value : value
        }
        let terminated = text.map { CChar(bitPattern: $0) } + [0]
        let value = strtod(terminated, nil)
        return value.isFinite ? value : nil
    }

    /// The number times 1000 without its fraction; nil where it does not fit.
    func thousandfold(_ text: UnsafeRawBufferPointer) -> Int64? {
        if mantissa == 0 { return 0 }
        var magnitude = mantissa
        let shift = exponent + 3
        guard shift < 20 else { return nil }
        if shift < 0 {
            for _ in 0..<min(20, -shift) { magnitude /= 10 }
        } else {
            for _ in 0..<shift {
                let (product, isTooLarge) = magnitude.multipliedReportingOverflow(by: 10)
                if isTooLarge { return nil }
                magnitude = product
            }
        }
        return Int64(exactly: magnitude)
    }
}

/// Reads RFC 3339, remembering the last date: most rows are of the same day as the one before.
struct DateText {
    private var date: [UInt8] = []
    private var dateMilliseconds: Int64 = 0

    /// Nil for anything else, and for days that no month has.
    mutating func milliseconds(_ text: UnsafeRawBufferPointer) -> Int64? {
        guard text.count >= 20, text.count <= 64 else { return nil }
        if !text.prefix(10).elementsEqual(date) {
            let day = String(decoding: text.prefix(10), as: UTF8.self)
            guard let found = Timestamp(rfc3339: day + "T00:00:00Z"),
                found.iso8601.hasPrefix(day)
            else { return nil }
            date = Array(text.prefix(10))
            dateMilliseconds = found.milliseconds
        }
        if text[10] == 0x54, text[13] == 0x3a, text[16] == 0x3a, text[text.count - 1] == 0x5a,
            let hour = Self.twoDigits(text, 11), let minute = Self.twoDigits(text, 14),
            let second = Self.twoDigits(text, 17), hour < 24, minute < 60, second < 60
        {
            let seconds = (hour * 60 + minute) * 60 + second
            if text.count == 20 { return dateMilliseconds + seconds * 1000 }
            if text.count == 24, text[19] == 0x2e, let tens = Self.twoDigits(text, 20),
                text[22] &- 0x30 < 10
            {
                return dateMilliseconds + seconds * 1000 + tens * 10 + Int64(text[22] &- 0x30)
            }
        }
        return Timestamp(rfc3339: String(decoding: text, as: UTF8.self))?.milliseconds
    }

    private static func twoDigits(_ text: UnsafeRawBufferPointer, _ position: Int) -> Int64? {
        let (tens, ones) = (text[position] &- 0x30, text[position + 1] &- 0x30)
        return tens < 10 && ones < 10 ? Int64(tens) * 10 + Int64(ones) : nil
    }
}
