import TestSupport
import Testing

@Suite struct VersionTests {
    @Test(arguments: [["--version", "--verbose"], ["--verbose", "--version"]])
    func theFullVersionNamesTheKernels(arguments: [String]) throws {
        let run = try Program.run(arguments, environment: ["RIGHTSIZE_KERNELS": "baseline"])
        #expect(run.code == 0)
        let lines = run.output.split(separator: "\n")
        #expect(lines.count == 2)
        #expect(lines.last?.hasPrefix("kernels baseline of baseline") == true)
    }

    @Test func unknownKernelsAreAnError() throws {
        let run = try Program.run(
            ["--version", "--verbose"], environment: ["RIGHTSIZE_KERNELS": "mmx"])
        #expect(run.code == 2 && run.output.isEmpty)
        #expect(run.errors.contains("cannot use RIGHTSIZE_KERNELS=mmx"))
    }
}
