import ArgumentParser
import Glibc

@main
enum Program {
    static func main() {
        let arguments = (1..<max(1, Int(CommandLine.argc))).compactMap { index in
            CommandLine.unsafeArgv[index].map { String(cString: $0) }
        }
        let run = SampleRun(scheduled: arguments)
        guard run != nil || Version.isAskedInFull(arguments) else { return Rightsize.main() }
        do {
            try reportingFailure { try run?.run() ?? print(Version.inFull()) }
        } catch {
            // Everything has been said. ArgumentParser's own `exit` would make the help's text first.
            exit((error as? ExitCode ?? .failed).rawValue)
        }
    }
}
