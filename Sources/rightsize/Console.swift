import ArgumentParser
import Glibc
import Measures
import Reporting

/// Data goes to stdout, everything else to stderr.
enum Console {
    /// One line, whatever the text holds: an engine's words may be part of it.
    static func note(_ text: String) {
        write("rightsize: \(text.printable)\n", to: STDERR_FILENO)
    }

    static func write(_ text: String, to descriptor: Int32 = STDOUT_FILENO) {
        write(Array(text.utf8), to: descriptor)
    }

    static func write(_ bytes: [UInt8], to descriptor: Int32 = STDOUT_FILENO) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0 {
                if errno == EINTR { continue }
                // Nobody reads any more: there is nobody to tell either.
                return
            }
            rest = rest.dropFirst(count)
        }
    }

    enum ColourChoice: String, ExpressibleByArgument, CaseIterable {
        case auto, always, never
    }

    /// How to draw on stdout: the terminal's width or `COLUMNS` or 120; colour only for a terminal that
    /// wants it (no-color.org); ASCII where the locale is not UTF-8.
    static func style(colour choice: ColourChoice) -> TableStyle {
        let isTerminal = isatty(STDOUT_FILENO) == 1
        var size = winsize()
        let hasSize = ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 0
        let width = hasSize ? Int(size.ws_col) : environment("COLUMNS").flatMap { Int($0) } ?? 120
        let colour =
            switch choice {
            case .always: true
            case .never: false
            case .auto:
                isTerminal && environment("NO_COLOR") == nil && environment("TERM") != "dumb"
            }
        let locale =
            ["LC_ALL", "LC_CTYPE", "LANG"].lazy.compactMap { environment($0) }.first ?? ""
        let unicode = locale.uppercased().contains("UTF-8") || locale.uppercased().contains("UTF8")
        return TableStyle(width: width, colour: colour, unicode: unicode)
    }

    /// A variable that is set and not empty.
    static func environment(_ name: String) -> String? {
        getenv(name).map { String(cString: $0) }.flatMap { $0.isEmpty ? nil : $0 }
    }
}

/// What a command fails with, where no other type says it: one line, what, where and what to do.
struct Failure: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}

extension ExitCode {
    /// `--check` found something.
    static let findings = ExitCode(1)
    static let failed = ExitCode(2)
    static let interrupted = ExitCode(130)
}

/// Runs a command's body; an error becomes one line on stderr and exit code 2.
func reportingFailure(_ body: () throws -> Void) throws {
    do {
        try body()
    } catch let code as ExitCode {
        throw code
    } catch let failure as Failure {
        // The runtime looks through every conformance of the program to print an `any Error`: half a
        // millisecond, which a scheduled sample would pay each minute on a host without containers.
        Console.note(failure.description)
        throw ExitCode.failed
    } catch {
        Console.note("\(error)")
        throw ExitCode.failed
    }
}
