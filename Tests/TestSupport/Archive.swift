/// What a fixture archive holds: lines "=== NAME LENGTH", each followed by so many bytes and a newline.
package func readArchive(_ path: String) throws -> [String: [UInt8]] {
    var bytes = try readFile(path)[...]
    var files: [String: [UInt8]] = [:]
    while let lineEnd = bytes.firstIndex(of: UInt8(ascii: "\n")) {
        let line = String(decoding: bytes[..<lineEnd], as: UTF8.self).split(separator: " ")
        guard line.count == 3, line[0] == "===", let length = Int(line[2]) else {
            throw TestFailure("\(path): not an archive line: \(line)")
        }
        let start = lineEnd + 1
        files[String(line[1])] = Array(bytes[start..<start + length])
        bytes = bytes[(start + length + 1)...]
    }
    return files
}
