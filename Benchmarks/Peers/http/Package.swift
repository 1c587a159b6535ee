// swift-tools-version: 6.1
import PackageDescription

/// Clients of the engine's socket, built only to be compared (`compare.py`); no part of rightsize.
/// The two that need packages are separate builds, since one of them takes ten minutes.
let client = Context.environment["HTTP_CLIENT"] ?? "ours"

var dependencies: [Package.Dependency] = []
var targets: [Target] = [.target(name: "Plan")]

switch client {
case "nio":
    dependencies = [.package(url: "https://github.com/apple/swift-nio", from: "2.101.2")]
    targets.append(
        .executableTarget(
            name: "nio",
            dependencies: [
                "Plan",
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
            ]))
case "ahc":
    dependencies = [
        .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
    ]
    targets.append(
        .executableTarget(
            name: "ahc",
            dependencies: [
                "Plan",
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "NIOCore", package: "swift-nio"),
            ]))
case "curl":
    targets += [
        .systemLibrary(
            name: "CCurl", pkgConfig: "libcurl", providers: [.apt(["libcurl4-openssl-dev"])]),
        .executableTarget(name: "curl", dependencies: ["Plan", "CCurl"]),
    ]
default:
    targets.append(.executableTarget(name: "ours", dependencies: ["Plan"]))
}

let package = Package(
    name: "http-peers", platforms: [.macOS(.v14)], dependencies: dependencies, targets: targets)
