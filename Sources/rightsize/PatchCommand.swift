import ArgumentParser
import Compose
import Storing

struct PatchCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "patch",
        abstract: "Prints the diff that gives each service its recommended tier.",
        discussion: """
            Only the alias tokens that give a service its tier are changed (<<: *resources-small); no \
            other byte of the file is. What cannot be changed so is refused by name, with the reason. \
            The result is parsed again and compared before anything is printed or written.

            Apply the diff with 'patch -p1', or with --write.
            """)

    @Argument(help: ArgumentHelp("The Compose file.", valueName: "file"))
    var file: String

    @OptionGroup var evidence: EvidenceOptions

    @Flag(help: "Change the file, atomically, instead of printing the diff.")
    var write = false

    @Flag(help: "Exit with 1 when the file differs from the recommendation.")
    var check = false

    func validate() throws {
        if write, check {
            throw ValidationError("--check looks, --write changes: give one of them")
        }
    }

    func run() throws {
        try reportingFailure {
            let compose = try ComposeFile(path: file)
            let builder = ReportBuilder(
                store: try SampleStore(path: evidence.store.path, access: .readOnly),
                policy: evidence.policy, sinceSeconds: evidence.since.seconds, compose: compose,
                project: evidence.project)
            let result = try builder.build()
            result.notes.forEach(Console.note)
            let proposal = PatchProposal(result.report, for: compose)
            proposal.notes.forEach(Console.note)
            if write {
                if !proposal.plan.isEmpty { try proposal.plan.write() }
            } else {
                // Verifies before anything is shown.
                _ = proposal.plan.patchedBytes()
                Console.write(proposal.plan.unifiedDiff())
            }
            Console.note(proposal.summary(isWritten: write))
            if check, !proposal.isUpToDate { throw ExitCode.findings }
        }
    }
}
