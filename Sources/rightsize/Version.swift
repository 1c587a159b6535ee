import Statistics

/// `rightsize --version --verbose`: the version and the kernels in use. `--version` alone is ArgumentParser's.
enum Version {
    /// - Returns: whether the arguments ask for it.
    static func isAskedInFull(_ arguments: [String]) -> Bool {
        arguments == ["--version", "--verbose"] || arguments == ["--verbose", "--version"]
    }

    /// - Throws: `StatisticsError` where `RIGHTSIZE_KERNELS` asks for what there is not.
    static func inFull() throws(StatisticsError) -> String {
        let kernels = try Kernels.selected()
        let supported = InstructionSet.allCases.filter(\.isSupported).map(\.rawValue)
        return """
            \(Rightsize.version)
            kernels \(kernels.instructionSet.rawValue) of \(supported.joined(separator: ", "))
            """
    }
}
