import ArgumentParser

struct StoreCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "store", abstract: "Moves samples into and out of the store.",
        subcommands: [StoreExportCommand.self, StoreImportCommand.self])
}
