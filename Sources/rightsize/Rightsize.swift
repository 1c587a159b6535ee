import ArgumentParser

struct Rightsize: ParsableCommand {
    static let version = "0.1.0"

    static let configuration = CommandConfiguration(
        commandName: "rightsize",
        abstract: "Measures containers, recommends resource tiers, patches the Compose file.",
        discussion: """
            A first run:
              rightsize sample                  one sample of every container
              rightsize schedule --cron         what takes one every minute
              rightsize report --compose FILE   what each service needs, and why
              rightsize patch FILE              the change as a diff
              rightsize store info              what has been stored, in how many bytes
              rightsize demo                    all of this on example data

            Exit codes: 0 fine, 1 findings (only with --check), 2 failure, 64 wrong usage, \
            130 interrupted.
            """,
        version: version,
        subcommands: [
            SampleCommand.self, RecommendCommand.self, ReportCommand.self, ExplainCommand.self,
            TiersCommand.self, BacktestCommand.self, PatchCommand.self, ResourcesCommand.self,
            ScheduleCommand.self,
            StoreCommand.self, DemoCommand.self,
        ])
}
