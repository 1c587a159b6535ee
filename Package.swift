// swift-tools-version: 6.1
import PackageDescription

/// Settings of every Swift target: the strict dialect of the house, warnings as errors.
let house: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .unsafeFlags(["-warnings-as-errors"]),
]

/// For hot loops: always optimised, since without optimisation they are too slow even to test with; and
/// always as a whole module, since otherwise nothing is inlined across files. `-num-threads` keeps one
/// object for each file, which is what the build system expects of a debug build.
let alwaysOptimised: SwiftSetting = .unsafeFlags([
    "-O", "-whole-module-optimization", "-num-threads", "1", "-disable-batch-mode",
])

/// A kernel target: the one kernel source compiled for one instruction set.
func selectionKernels(_ suffix: String, march: String?) -> Target {
    var settings = house + [alwaysOptimised]
    #if arch(x86_64)
        if let march {
            settings.append(.unsafeFlags(["-Xcc", "-march=\(march)"]))
            settings.append(.define("KERNELS_\(suffix)"))
        }
    #endif
    return .target(
        name: "SelectionKernels\(suffix)", dependencies: ["CIntrinsics"], swiftSettings: settings)
}

func module(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .target(name: name, dependencies: dependencies, swiftSettings: house)
}

func tests(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .testTarget(
        name: "\(name)Tests", dependencies: dependencies + ["TestSupport"], exclude: ["Fixtures"],
        swiftSettings: house)
}

let package = Package(
    name: "rightsize",
    products: [.executable(name: "rightsize", targets: ["rightsize"])],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2")
    ],
    targets: [
        .systemLibrary(
            name: "CSQLite", pkgConfig: "sqlite3", providers: [.apt(["libsqlite3-dev"])]),
        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
        .systemLibrary(name: "CYAML", pkgConfig: "yaml-0.1", providers: [.apt(["libyaml-dev"])]),
        .systemLibrary(name: "CMalloc"),
        .target(name: "CIntrinsics"),

        .target(
            name: "Measures", swiftSettings: house, linkerSettings: [.linkedLibrary("m")]),
        module("Files", []),
        module("Threading", ["CIntrinsics"]),
        module("Sampling", ["Measures"]),
        module("Storing", ["Columns", "Measures", "Threading", "CSQLite", "CZlib"]),
        .target(name: "Columns", swiftSettings: house + [alwaysOptimised]),
        .target(
            name: "Exchange", dependencies: ["Columns", "Files", "Measures", "Storing"],
            swiftSettings: house + [alwaysOptimised]),
        selectionKernels("", march: nil),
        selectionKernels("AVX2", march: "x86-64-v3"),
        selectionKernels("AVX512", march: "x86-64-v4"),
        module(
            "Statistics",
            [
                "CIntrinsics", "Threading", "SelectionKernels", "SelectionKernelsAVX2",
                "SelectionKernelsAVX512",
            ]),
        module("Sizing", ["Measures", "Statistics"]),
        module("Compose", ["Files", "Measures", "CYAML"]),
        module("Reporting", ["Measures", "Sizing", "Statistics"]),
        .executableTarget(
            name: "rightsize",
            dependencies: [
                "Measures", "Sampling", "Storing", "Statistics", "Sizing", "Compose", "Reporting",
                "Exchange", "Files", "Threading", "CMalloc",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            swiftSettings: house),
        .executableTarget(
            name: "EstateGenerator", dependencies: ["Measures", "Storing"], swiftSettings: house),

        .target(name: "TestSupport", path: "Tests/TestSupport", swiftSettings: house),
        tests("Measures", ["Measures"]),
        tests("Sampling", ["Sampling", "Measures"]),
        tests("Storing", ["Storing", "Columns", "Measures", "CSQLite"]),
        tests("Columns", ["Columns"]),
        tests("Statistics", ["Statistics", "SelectionKernels"]),
        tests("Sizing", ["Sizing", "Measures"]),
        tests("Compose", ["Compose", "Measures"]),
        tests("Reporting", ["Reporting", "Sizing", "Measures"]),
        tests("Exchange", ["Exchange", "Storing", "Measures"]),
        tests(
            "EndToEnd",
            [
                "rightsize", "Measures", "Sampling", "Sizing", "Storing",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ]),
    ]
)

// Benchmarks link the real modules. They are no part of a normal build. "counts" leaves out what needs the
// package that measures times.
let benchmarks = Context.environment["RIGHTSIZE_BENCHMARKS"]
if benchmarks == "1" || benchmarks == "counts" {
    package.products += [
        .library(name: "StatisticsPeer", type: .dynamic, targets: ["StatisticsPeer"])
    ]
    package.targets += [
        .executableTarget(
            name: "SamplingBenchmark", dependencies: ["Sampling", "Measures", "CMalloc"],
            path: "Benchmarks/SamplingBenchmark", swiftSettings: house),
        .executableTarget(
            name: "StoreBenchmark", dependencies: ["Storing", "Measures"],
            path: "Benchmarks/StoreBenchmark", swiftSettings: house),
        .executableTarget(
            name: "SizingBenchmark", dependencies: ["Storing", "Measures"],
            path: "Benchmarks/SizingBenchmark", swiftSettings: house),
        .executableTarget(
            name: "ComposeBenchmark", dependencies: ["Compose", "Measures", "CYAML"],
            path: "Benchmarks/ComposeBenchmark", swiftSettings: house),
        .executableTarget(
            name: "ColumnsBenchmark", dependencies: ["Columns"],
            path: "Benchmarks/ColumnsBenchmark", swiftSettings: house + [alwaysOptimised]),
        .target(
            name: "StatisticsPeer", dependencies: ["Statistics"],
            path: "Benchmarks/StatisticsPeer", swiftSettings: house),
        .target(
            name: "Workloads",
            dependencies: [
                "Measures", "Sampling", "Storing", "Statistics", "Sizing", "Compose", "TestSupport",
            ],
            path: "Benchmarks/Workloads", swiftSettings: house),
        .executableTarget(
            name: "InstructionCounts", dependencies: ["Workloads"],
            path: "Benchmarks/InstructionCounts", swiftSettings: house),
    ]
}
if benchmarks == "1" {
    package.dependencies += [
        .package(url: "https://github.com/ordo-one/benchmark", from: "1.38.1", traits: [])
    ]
    package.targets += [
        .executableTarget(
            name: "Regression",
            dependencies: ["Workloads", .product(name: "Benchmark", package: "benchmark")],
            path: "Benchmarks/Regression", swiftSettings: [.swiftLanguageMode(.v6)],
            plugins: [.plugin(name: "BenchmarkPlugin", package: "benchmark")])
    ]
}

// libFuzzer's targets, and what they look into instrumented for it. They are no part of a normal build.
if Context.environment["RIGHTSIZE_FUZZ"] == "1" {
    let instrumented: [SwiftSetting] = [
        .unsafeFlags(["-sanitize=fuzzer,address", "-enable-testing"])
    ]
    for target in package.targets
    where ["Measures", "Sampling", "Storing", "Columns", "Compose", "Exchange"]
        .contains(target.name)
    {
        target.swiftSettings? += instrumented
    }
    func fuzzTarget(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
        .executableTarget(
            name: name, dependencies: dependencies + ["Fuzzing", "Measures"], path: "Fuzz/\(name)",
            swiftSettings: house + instrumented,
            linkerSettings: [.unsafeFlags(["-sanitize=fuzzer,address", "-use-ld=lld"])])
    }
    package.targets += [
        .systemLibrary(name: "CLibFuzzer", path: "Fuzz/CLibFuzzer"),
        .target(
            name: "Fuzzing", dependencies: ["CLibFuzzer"], path: "Fuzz/Fuzzing",
            swiftSettings: house),
        fuzzTarget("FuzzKernelFiles", ["Sampling"]),
        fuzzTarget("FuzzEngineAnswers", ["Sampling"]),
        fuzzTarget("FuzzStoreBlobs", ["Storing", "Columns"]),
        fuzzTarget("FuzzColumns", ["Columns"]),
        fuzzTarget("FuzzCompose", ["Compose"]),
        fuzzTarget("FuzzImport", ["Exchange", "Storing"]),
    ]
}
