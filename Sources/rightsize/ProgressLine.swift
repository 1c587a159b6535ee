import Exchange
import Glibc

/// How much of an input was read, in one line on a terminal; nothing where stderr is none.
final class ProgressLine {
    private let input: ByteInput
    private let isShown = isatty(STDERR_FILENO) == 1
    private var lastText = ""

    private static let barWidth = 30

    init(_ input: ByteInput) {
        self.input = input
        if isShown { input.onProgress = { [weak self] in self?.draw() } }
    }

    /// Takes the line away.
    func clear() {
        input.onProgress = nil
        if isShown, !lastText.isEmpty { Console.write("\r\u{1B}[K", to: STDERR_FILENO) }
    }

    private func draw() {
        let text = Self.text(read: input.bytesRead, of: input.totalBytes)
        guard text != lastText else { return }
        lastText = text
        Console.write("\r\(text)\u{1B}[K", to: STDERR_FILENO)
    }

    /// - Parameter total: nil where nobody knows.
    static func text(read: Int64, of total: Int64?) -> String {
        let megabytes = read / 1_000_000
        guard let total, total > 0 else { return "reading: \(megabytes) MB" }
        let share = min(1, Double(read) / Double(total))
        let filled = Int(share * Double(barWidth))
        let bar =
            String(repeating: "#", count: filled)
            + String(repeating: ".", count: barWidth - filled)
        return "reading [\(bar)] \(Int(share * 100)) % of \(total / 1_000_000) MB"
    }
}
