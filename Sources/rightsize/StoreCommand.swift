import ArgumentParser

struct StoreCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "store",
        abstract: "Looks after the store: what it holds, whether it is sound, what to keep.",
        subcommands: [
            StoreInfoCommand.self, StoreVerifyCommand.self, StoreCompactCommand.self,
            StorePruneCommand.self, StoreBackupCommand.self, StoreExportCommand.self,
            StoreImportCommand.self,
        ])
}
