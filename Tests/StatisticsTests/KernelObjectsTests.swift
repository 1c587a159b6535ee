import Testing

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// Instructions that a CPU may lack must stay where the dispatch guards them.
///
/// The linker keeps one copy of a weak function that several objects define, whichever comes first:
/// if that is the copy of an AVX target, all others run it too, and die on an older CPU.
#if os(Linux) && arch(x86_64)
    @Suite(.enabled(if: Objects.canBeInspected, "nm, objdump and the build folder are needed"))
    struct KernelObjectsTests {
        @Test(arguments: ["SelectionKernelsAVX2", "SelectionKernelsAVX512"])
        func noWeakFunctionsInAVXTargets(target: String) throws {
            let symbols = try Objects.output(of: "nm \(Objects.all(of: target))")
            #expect(symbols.contains { $0.contains(" T ") })
            #expect(symbols.filter { $0.contains(" W ") || $0.contains(" u ") } == [])
        }

        @Test func wideRegistersInAVXTargetsOnly() throws {
            for target in ["SelectionKernels", "Statistics", "CIntrinsics"] {
                let wide = try Objects.output(
                    of: "objdump -d \(Objects.all(of: target)) | grep -E '%[yz]mm' | head -3")
                #expect(wide == [], "\(target)")
            }
        }

        @Test(arguments: [("SelectionKernelsAVX2", "ymm"), ("SelectionKernelsAVX512", "zmm")])
        func eachTargetUsesItsRegisters(target: String, register: String) throws {
            let found = try Objects.output(
                of: "objdump -d \(Objects.all(of: target)) | grep -m 1 '%\(register)'")
            #expect(!found.isEmpty)
        }
    }
#endif

/// Objects of the build that the tests belong to.
private enum Objects {
    static var canBeInspected: Bool {
        system("command -v nm objdump > /dev/null 2>&1") == 0 && folder != nil
    }

    static func all(of target: String) -> String { "'\(folder ?? "")/\(target).build/'*.o" }

    /// The folder of the running test executable, if the objects are beside it.
    private static var folder: String? {
        var buffer = [CChar](repeating: 0, count: 4096)
        let length = readlink("/proc/self/exe", &buffer, buffer.count - 1)
        guard length > 0 else { return nil }
        let candidates =
            [
                String(decoding: buffer[..<length].map { UInt8(bitPattern: $0) }, as: UTF8.self)
            ] + CommandLine.arguments
        for path in candidates {
            let folder = path.split(separator: "/").dropLast().joined(separator: "/")
            if access("/\(folder)/SelectionKernelsAVX2.build", R_OK) == 0 { return "/\(folder)" }
        }
        return nil
    }

    /// The lines that a shell command prints.
    static func output(of command: String) throws -> [String] {
        let pipe = try #require(popen(command, "r"))
        var bytes: [UInt8] = []
        while case let byte = getc(pipe), byte != EOF { bytes.append(UInt8(byte)) }
        pclose(pipe)
        return String(decoding: bytes, as: UTF8.self).split(separator: "\n").map(String.init)
    }
}
