import Glibc
package import Storing

/// Why an export or import failed. The text names the file, and the line where there is one.
package enum ExchangeError: Error, Hashable {
    /// A line of the input cannot be taken as it is.
    case line(file: String, line: Int, what: String)
    /// The input as a whole cannot.
    case input(file: String, what: String)
    /// The system refused, with its error number.
    case system(file: String, action: String, code: Int32)
    /// The store has these very bytes already.
    case repeated(file: String, store: String)
    case store(StoreError)
}

extension ExchangeError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .line(let file, let line, let what): "\(file):\(line): \(what)"
        case .input(let file, let what): "\(file): \(what)"
        case .system(let file, let action, let code):
            "cannot \(action) \(file): \(String(cString: strerror(code)))"
        case .repeated(let file, let store):
            "\(file) was imported into \(store) before: nothing was done"
        case .store(let error): "\(error)"
        }
    }
}

/// Foreign bytes in an error: at most forty, without what moves a terminal's cursor.
func shown(_ bytes: UnsafeRawBufferPointer) -> String {
    let text = String(decoding: bytes.prefix(40), as: UTF8.self).unicodeScalars.map { scalar in
        scalar.value < 32 || (127..<160).contains(scalar.value) ? "?" : String(scalar)
    }
    return "'\(text.joined())\(bytes.count > 40 ? "…" : "")'"
}
