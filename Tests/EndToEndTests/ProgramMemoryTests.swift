import TestSupport
import Testing

@testable import rightsize

@Suite struct ProgramMemoryTests {
    private func residentKibibytes() throws -> Int {
        let status = String(decoding: try readFile("/proc/self/status"), as: UTF8.self)
        let line = try #require(
            status.split(separator: "\n").first { $0.hasPrefix("RssFile:") })
        return try #require(
            line.split(whereSeparator: { " \t".contains($0) })[1...].first.flatMap { Int($0) })
    }

    @Test func codeIsGivenUpAndRunsOn() throws {
        let before = try residentKibibytes()
        ProgramMemory.release()
        // Whatever runs beside this needs less than all that has run so far.
        #expect(try residentKibibytes() < before)
    }
}
