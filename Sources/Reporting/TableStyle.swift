/// What the terminal can show.
package struct TableStyle: Hashable, Sendable {
    /// Columns to fill; less than 80 is treated as 80.
    package var width: Int
    package var colour: Bool
    /// Whether the locale takes UTF-8; otherwise plain ASCII is used.
    package var unicode: Bool

    package init(width: Int, colour: Bool, unicode: Bool) {
        self.width = width
        self.colour = colour
        self.unicode = unicode
    }

    var arrow: String { unicode ? "→" : "->" }
    package var times: String { unicode ? "×" : "x" }
    var separator: String { unicode ? " · " : " - " }
    var rule: String { unicode ? "─" : "-" }
    package var ellipsis: String { unicode ? "…" : ">" }

    enum Colour: String {
        case red = "31"
        case green = "32"
        case yellow = "33"
        case cyan = "36"
        case bold = "1"
        case dim = "2"
    }

    func paint(_ text: String, _ colour: Colour) -> String {
        self.colour ? "\u{1b}[\(colour.rawValue)m\(text)\u{1b}[0m" : text
    }

    /// A bar for `share` of a limit, with a tick at the target. A share above 1 fills it.
    func bar(_ share: Double, target: Double, width: Int) -> String {
        let filled = Int((min(max(share, 0), 1) * Double(width)).rounded())
        let tick = Int(target * Double(width))
        var bar = ""
        for cell in 0..<width {
            switch (cell < filled, cell == tick) {
            case (true, true): bar += unicode ? "┿" : "|"
            case (true, false): bar += unicode ? "━" : "="
            case (false, true): bar += unicode ? "┼" : "|"
            case (false, false): bar += unicode ? "─" : "-"
            }
        }
        return bar
    }
}

extension String {
    /// Padded or cut to exactly `width` characters.
    package func fitted(_ width: Int, ellipsis: String) -> String {
        count <= width
            ? self + String(repeating: " ", count: width - count)
            : String(prefix(max(0, width - ellipsis.count))) + ellipsis
    }

    func rightAligned(_ width: Int) -> String {
        String(repeating: " ", count: Swift.max(0, width - count)) + self
    }
}
