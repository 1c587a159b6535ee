package import Measures

/// Amounts as a person writes them in a Compose file; each reads back as exactly the same.
package enum ComposeSpelling {
    /// `512M`, `2G`, `1536M`; a number of bytes with `b` where nothing larger is exact.
    package static func memory(_ bytes: Bytes) -> String {
        let value = bytes.rawValue
        for (shift, unit) in [(30, "G"), (20, "M"), (10, "K")] as [(Int64, String)]
        where value != 0 && value & ((1 << shift) - 1) == 0 {
            return "\(value >> shift)\(unit)"
        }
        return "\(value)b"
    }

    /// `0.5`, `2.0`: to a thousandth of a core, with at least one digit after the point.
    package static func cpus(_ cores: Cores) -> String {
        let thousandths = cores.millicores
        let fraction = String(thousandths % 1000 + 1000).dropFirst()
        var digits = fraction[...]
        while digits.count > 1, digits.last == "0" { digits.removeLast() }
        return "\(thousandths / 1000).\(digits)"
    }
}
