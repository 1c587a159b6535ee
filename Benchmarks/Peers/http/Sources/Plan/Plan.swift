import Glibc

/// What every client does: list the containers, then inspect COUNT of them, one after another.
public struct Plan: Sendable {
    public let socketPath: String
    public let inspects: Int

    public static let timeoutSeconds = 2
    public static let answerLengthMax = 64 << 20
    public static let list = "/containers/json?all=true"

    /// Usage: PROGRAM SOCKET COUNT
    public init() {
        let arguments = CommandLine.arguments
        guard arguments.count == 3, let count = Int(arguments[2]) else {
            print("usage: \(arguments[0]) SOCKET COUNT")
            exit(64)
        }
        socketPath = arguments[1]
        inspects = count
    }

    /// The inspects' targets: the ids of the list, over and over.
    public func targets(list body: [UInt8]) -> [String] {
        let mark = Array(#""Id":""#.utf8)
        var ids: [String] = []
        var index = 0
        while index + mark.count + 64 <= body.count {
            if body[index] == mark[0], body[index..<index + mark.count].elementsEqual(mark) {
                index += mark.count
                ids.append(String(decoding: body[index..<index + 64], as: UTF8.self))
            }
            index += 1
        }
        guard !ids.isEmpty else { return [] }
        return (0..<inspects).map { "/containers/\(ids[$0 % ids.count])/json" }
    }

    public func finish(answers: Int, bytes: Int) -> Never {
        print("\(answers) answers, \(bytes) bytes")
        printPeak()
        exit(0)
    }

    public func fail(_ reason: String) -> Never {
        print(reason)
        printPeak()
        exit(1)
    }

    /// The most memory that was resident, asked for by HTTP_PEAK. The resource usage that a parent gets
    /// counts from before exec, and so the parent's own memory.
    private func printPeak() {
        guard getenv("HTTP_PEAK") != nil, let file = fopen("/proc/self/status", "r") else { return }
        var line = [CChar](repeating: 0, count: 256)
        while fgets(&line, 256, file) != nil {
            if strncmp(line, "VmHWM:", 6) == 0 {
                print(
                    String(decoding: line.prefix { $0 != 0 }.map(UInt8.init), as: UTF8.self),
                    terminator: "")
            }
        }
    }
}
