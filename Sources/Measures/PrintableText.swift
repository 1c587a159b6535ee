extension String {
    /// For a terminal: what would steer it, hide or reorder text is shown by its escape, such as `\n` or
    /// `\u{1B}`. Names, labels and messages come from engines and images, which anybody may have made.
    ///
    /// Escaped are the general categories Cc, Cf, Zl and Zp (Unicode 16, table 4-4): C0 and C1 controls,
    /// DEL, marks of direction, characters without width, and separators of lines and paragraphs.
    package var printable: String {
        guard !utf8.allSatisfy({ (0x20..<0x7f).contains($0) }) else { return self }
        var text = ""
        text.reserveCapacity(utf8.count)
        for scalar in unicodeScalars {
            switch scalar.properties.generalCategory {
            case .control, .format, .lineSeparator, .paragraphSeparator:
                text += scalar.escapedASCII
            default: text.unicodeScalars.append(scalar)
            }
        }
        return text
    }

    /// A JSON text in which DEL and the C1 controls, which stand for themselves in JSON and steer some
    /// terminals, are escaped too (RFC 8259, section 7). An encoder escapes the C0 controls.
    package var jsonWithoutControls: String {
        guard unicodeScalars.contains(where: \.isUnescapedControl) else { return self }
        var text = ""
        for scalar in unicodeScalars {
            if scalar.isUnescapedControl {
                text += "\\u00" + String(scalar.value, radix: 16)
            } else {
                text.unicodeScalars.append(scalar)
            }
        }
        return text
    }
}

extension Unicode.Scalar {
    fileprivate var isUnescapedControl: Bool { (0x7f...0x9f).contains(value) }

    fileprivate var escapedASCII: String {
        switch self {
        case "\n": "\\n"
        case "\r": "\\r"
        case "\t": "\\t"
        default: "\\u{\(String(value, radix: 16, uppercase: true))}"
        }
    }
}
