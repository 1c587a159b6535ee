import ArgumentParser
import Testing

@testable import rightsize

/// What reads a schedule's arguments without ArgumentParser says the same as ArgumentParser.
@Suite struct ScheduledArgumentsTests {
    @Test(
        arguments: [
            ["sample"], ["sample", "--quiet"], ["sample", "--no-engine", "--quiet"],
            ["sample", "--quiet", "--store", "/var/lib/rightsize/store.db"],
            ["sample", "--store", "a b", "--engine", "unix:///run/docker.sock"],
            ["sample", "--engine", "unix:///a", "--engine", "unix:///b", "--store", "x"],
        ])
    func agreesWithArgumentParser(arguments: [String]) throws {
        let run = try #require(SampleRun(scheduled: arguments))
        let command = try #require(try Rightsize.parseAsRoot(arguments) as? SampleCommand)
        #expect(run == command.parsed)
    }

    @Test(
        arguments: [
            [], ["report"], ["--quiet", "sample"], ["sample", "--help"], ["sample", "--version"],
            ["sample", "--store"], ["sample", "--store", "--quiet"], ["sample", "--store", ""],
            ["sample", "--store=x"], ["sample", "extra"], ["sample", "--"], ["sample", "-q"],
            ["sample", "--every", "1m"], ["sample", "--burst", "5s"],
            ["sample", "--engine", "unix:///a", "--no-engine"], ["sample", "--quie"],
            ["sample", "--durable"], ["sample", "--resolution", "1ms"],
            ["sample", "--generate-completion-script"],
        ])
    func leavesEverythingElseToIt(arguments: [String]) {
        #expect(SampleRun(scheduled: arguments) == nil)
    }
}
