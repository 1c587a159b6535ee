import ArgumentParser
import Compose

struct PatchCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "patch",
        abstract: "Prints the diff that gives each service what it is recommended.",
        discussion: """
            Bytes are edited, nothing is rewritten: an alias is swapped or merged in, an amount is changed \
            where it stands (in mem_limit and its family too), the default of a variable, or a deploy: \
            block is filled. What cannot be changed safely is refused by name, with the reason. Whatever is \
            printed or written has been parsed again: exactly the named services have exactly the new \
            amounts, and nothing else has changed.

            Apply the diff with 'patch -p1', or with --write.
            """)

    @OptionGroup var compose: ComposeFileOptions

    @OptionGroup var evidence: EvidenceOptions

    @Flag(exclusivity: .exclusive)
    var mode = PatchMode.assign

    @Option(
        defaultAsFlag: "compose.override.yaml",
        help: ArgumentHelp(
            "Leave the files alone, and give a whole override file (compose.override.yaml, unless "
                + "another name follows).", valueName: "file"))
    var override: String?

    @Flag(help: "Write repeated '<<' keys, which Compose 2.17 and newer refuse, as one list.")
    var foldMerges = false

    @Flag(help: "Change the files, atomically, instead of printing the diff.")
    var write = false

    @Flag(help: "With --write, keep each old file beside it, as FILE.bak.")
    var backup = false

    @Flag(help: "Exit with 1 when a file differs from the recommendation.")
    var check = false

    @Option(help: "Print a diff, or every edit and refusal as JSON.")
    var format = PatchFormat.diff

    @Option(
        help: ArgumentHelp("Change this service only; may be repeated.", valueName: "service"))
    var only: [String] = []

    @Option(
        help: ArgumentHelp(
            "Lower limits only where that frees at least this much: memory (256M) or cores (0.5), "
                + "replicas counted.", valueName: "amount"))
    var minSaving = Saving()

    @Flag(help: "Ask 'docker compose config' too whether it takes the result.")
    var verifyWithCompose = false

    func validate() throws {
        if write, check {
            throw ValidationError("--check looks, --write changes: give one of them")
        }
        // The parser would take the default instead of the name, and say nothing.
        if CommandLine.arguments.contains(where: { $0.hasPrefix("--override=") }) {
            throw ValidationError("write the name after a blank: --override FILE")
        }
        if backup, !write { throw ValidationError("--backup needs --write") }
        if override != nil, mode == .anchors {
            throw ValidationError(
                "--anchors edits the files themselves: give it without --override")
        }
        if override != nil, foldMerges {
            throw ValidationError(
                "--fold-merges edits the files themselves: give it without --override")
        }
        if mode == .anchors, !only.isEmpty {
            throw ValidationError(
                "--anchors concerns all services of a tier: give it without --only")
        }
    }

    func run() throws {
        try reportingFailure {
            let paths = try compose.paths()
            let model = try ComposeModel(paths: paths, environment: .process)
            let result = try evidence.builder(compose: model).build()
            result.notes.forEach(Console.note)
            for rejection in model.rejections { Console.note("\(rejection)") }
            for name in only where model.service(name) == nil {
                throw Failure("\(model.path) has no service \(name): check --only")
            }
            let wishes = PatchWishes(
                result.report, for: model, mode: mode, only: Set(only), saving: minSaving)
            if let override {
                try giveOverride(wishes, model, paths, path: override)
            } else {
                noteUnseenOverride(paths)
                try give(PatchProposal(wishes, for: model, foldsMerges: foldMerges), paths)
            }
        }
    }

    // MARK: The files themselves

    private func give(_ proposal: PatchProposal, _ paths: [String]) throws {
        proposal.notes.forEach(Console.note)
        proposal.warnings.forEach(Console.note)
        if verifyWithCompose, !proposal.plan.isEmpty { try verify(proposal.plan, paths) }
        if write {
            try proposal.plan.write(keepingBackups: backup)
        } else if format == .diff {
            Console.write(proposal.plan.unifiedDiff())
        }
        if format == .json { Console.write(try PatchJSON(proposal, mode: mode).text()) }
        Console.note(proposal.summary(isWritten: write))
        if check, !proposal.isUpToDate { throw ExitCode.findings }
    }

    private func verify(_ plan: PatchPlan, _ paths: [String]) throws {
        func patched(_ path: String) -> [UInt8]? { plan.changes.first { $0.path == path }?.patched }
        let directory = HostPath.directory(of: paths[0])
        let variables = plan.changes.filter { plan.model.isEnvironmentFile($0.path) }
        let own = variables.first { HostPath.directory(of: $0.path) == directory }
        if let other = variables.first(where: { $0.path != own?.path }) {
            let reason = "\(other.path) changes, which only an 'include' names"
            return try ComposeProgram.Verdict.unproved(reason).require()
        }
        let files = paths.map { ComposeProgram.File(path: $0, bytes: patched($0)) }
        try ComposeProgram().verdict(of: files, insteadOf: paths, environment: own?.patched)
            .require()
    }

    /// Compose loads an override file by itself, but not where files are named.
    private func noteUnseenOverride(_ paths: [String]) {
        guard paths.count == 1, let other = ComposeDiscovery.overrideFile(beside: paths[0]) else {
            return
        }
        Console.note(
            "\(other) is not read, since a file is named; name it too if you start Compose without -f"
        )
    }

    // MARK: An override file

    private func giveOverride(
        _ wishes: PatchWishes, _ model: ComposeModel, _ paths: [String], path: String
    ) throws {
        let base = paths[0].lastIndex(of: "/").map { String(paths[0][...$0]) } ?? ""
        let path = path.contains("/") ? path : base + path
        // What an earlier run wrote is no part of what is overridden.
        let others = paths.filter { $0 != path }
        guard !others.isEmpty else {
            throw Failure("\(path) cannot override itself: name its base")
        }
        let bare =
            others == paths ? model : try ComposeModel(paths: others, environment: .process)
        let file = try OverrideFile(bare, wishes.services, path: path)
        let old = try file.existing(at: path)
        (wishes.unmet + file.refusals.map { "not changed: \($0)" }).forEach(Console.note)
        noteLoading(path, others)
        let isNew = old != file.bytes
        if verifyWithCompose, isNew {
            let files = others.map { ComposeProgram.File(path: $0) }
            try ComposeProgram().verdict(
                of: files + [ComposeProgram.File(path: path, bytes: file.bytes)],
                insteadOf: others
            ).require()
        }
        if write {
            if isNew { try file.write(to: path, replacing: old) }
        } else if format == .diff, isNew {
            Console.write(file.unifiedDiff(path: path, from: old))
        }
        if format == .json {
            Console.write(try PatchJSON(file, path: path, model: bare).text())
        }
        Console.note("\(path): \(file.decisions.count) services \(write ? "written" : "to write")")
        if check, isNew { throw ExitCode.findings }
    }

    private func noteLoading(_ path: String, _ others: [String]) {
        let name = path.split(separator: "/").last.map(String.init) ?? path
        if others.count > 1 || !ComposeDiscovery.isFound(others[0]) {
            Console.note("Compose loads \(path) only if it is named with -f after the others")
        } else if !ComposeDiscovery.overrides.contains(name) {
            Console.note("Compose loads no file of this name by itself: name \(path) with -f")
        } else if let other = ComposeDiscovery.overrideFile(beside: others[0]),
            let place = ComposeDiscovery.overrides.firstIndex(of: name),
            let rival = ComposeDiscovery.overrides.firstIndex(where: { other.hasSuffix($0) }),
            rival < place
        {
            Console.note("Compose loads \(other) and then not \(path): merge the two by hand")
        }
    }
}
