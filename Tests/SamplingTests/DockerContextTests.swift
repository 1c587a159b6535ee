import Glibc
import TestSupport
import Testing

@testable import Sampling

@Suite struct DockerContextTests {
    private let home: TemporaryDirectory

    init() throws {
        home = try TemporaryDirectory()
        try home.write(
            "/.docker/config.json", Array(#"{"auths":{},"currentContext":"build"}"#.utf8))
        try write(context: "build", host: "unix:///run/build/docker.sock", in: "/.docker")
        try write(context: "far", host: "ssh://someone@far", in: "/.docker")
        try home.write("/.docker/contexts/meta/cc/meta.json", Array("not json".utf8))
        try home.write(
            "/.docker/contexts/meta/dd/meta.json",
            Array(#"{"Name":"cluster","Endpoints":{"kubernetes":{"Host":"https://x"}}}"#.utf8))
        try home.write("/other/config.json", Array(#"{"currentContext":"default"}"#.utf8))
        try home.write("/broken/config.json", Array(#"{"currentContext":"#.utf8))
        try home.write("/plain/config.json", Array(#"{"currentContext":"","x":[1,{}]}"#.utf8))
        try write(context: #"quo\"te"#, host: "unix:///run/quote.sock", in: "/other")
    }

    private func write(context name: String, host: String, in directory: String) throws {
        let meta = """
            {"Name":"\(name)","Metadata":{"Description":"a \\"context\\""},\
            "Endpoints":{"docker":{"Host":"\(host)","SkipTLSVerify":false}}}
            """
        let hash = String(name.utf8.map { String($0, radix: 16) }.joined())
        try home.write("\(directory)/contexts/meta/\(hash)/meta.json", Array(meta.utf8))
    }

    private func resolve(
        _ explicit: String? = nil, _ environment: [String: String] = [:]
    ) throws(SamplingError) -> EngineAddress {
        try EngineAddress.resolve(
            explicit: explicit,
            environment: { name in
                environment[name]?.split(separator: "~", omittingEmptySubsequences: false)
                    .joined(separator: home.path)
            }, home: home.path)
    }

    /// What counts more wins: --engine, DOCKER_HOST, DOCKER_CONTEXT, config.json.
    @Test func theOrderOfSettings() throws {
        var all = [
            "DOCKER_HOST": "unix:///run/host.sock", "DOCKER_CONTEXT": #"quo"te"#,
            "DOCKER_CONFIG": "~/other",
        ]
        func found(_ explicit: String? = nil) throws -> [String] {
            let address = try resolve(explicit, all)
            #expect(address.isExplicit)
            return [address.socketPath, address.source.description]
        }
        #expect(try found("unix:///run/given.sock") == ["/run/given.sock", "--engine"])
        #expect(try found() == ["/run/host.sock", "DOCKER_HOST"])
        all["DOCKER_HOST"] = ""
        #expect(
            try found() == [
                "/run/quote.sock",
                #"the docker context 'quo"te', which is set by DOCKER_CONTEXT"#,
            ])
        all = [:]
        #expect(
            try found() == [
                "/run/build/docker.sock",
                "the docker context 'build', which is set by \(home.path)/.docker/config.json",
            ])
    }

    /// Neither a context nor an error: the first of the usual sockets.
    @Test(arguments: ["~/other", "~/plain", "~/nowhere"])
    func withoutAContextTheUsualSocketsAreTried(config: String) throws {
        let address = try resolve(nil, ["DOCKER_CONFIG": config])
        #expect(!address.isExplicit)
        #expect(address.source == .usualSocket)
        let chosen = try resolve(nil, ["DOCKER_CONTEXT": "default"])
        #expect(chosen == address)
    }

    @Test func theFirstSocketThatExistsIsTaken() throws {
        let engine = try FakeEngine(.silence)
        let missing = home.path + "/missing.sock"
        // A directory is what `docker run -v` makes of a missing socket.
        let directory = home.path + "/.docker"
        #expect(
            EngineAddress(firstOf: [missing, directory, engine.socketPath]).socketPath
                == engine.socketPath)
        #expect(EngineAddress(firstOf: [missing, directory]).socketPath == missing)
        #expect(EngineAddress(firstOf: [missing, directory]).isExplicit == false)
    }

    /// Each refusal says where the setting came from.
    @Test(
        arguments: [
            (
                "tcp://h:2375", [:],
                "'tcp://h:2375' of --engine: only Unix sockets are read, since the kernel files of another host are out of reach"
            ),
            ("unix://run/x", [:], "'unix://run/x' of --engine: the socket's path is not absolute"),
            ("", [:], " of --engine: only Unix sockets are read"),
            (nil, ["DOCKER_HOST": "npipe:////./pipe/x"], "x' of DOCKER_HOST: only Unix sockets"),
            (nil, ["DOCKER_HOST": "/run/docker.sock"], "of DOCKER_HOST: only Unix sockets"),
            (
                nil, ["DOCKER_CONTEXT": "far"],
                "'ssh://someone@far' of the docker context 'far', which is set by DOCKER_CONTEXT: only Unix"
            ),
            (
                nil, ["DOCKER_CONTEXT": "nil"],
                "address of the docker context 'nil', which is set by DOCKER_CONTEXT: there is no such context with an address in ~/.docker/contexts/meta"
            ),
            (
                nil, ["DOCKER_CONTEXT": "cluster"],
                "address of the docker context 'cluster', which is set by DOCKER_CONTEXT: there is no such context with an address"
            ),
            (
                nil, ["DOCKER_CONFIG": "~/broken"],
                "address of the current docker context: ~/broken/config.json is not JSON (byte 18)"
            ),
        ] as [(String?, [String: String], String)])
    func refusals(explicit: String?, environment: [String: String], text: String) throws {
        let error = #expect(throws: SamplingError.self) { try resolve(explicit, environment) }
        let expected = text.split(separator: "~", omittingEmptySubsequences: false)
            .joined(separator: home.path)
        #expect(error?.description.contains(expected) == true, "\(error?.description ?? "")")
    }

    /// An engine that fails is named with what gave its address, and what to do about just that.
    @Test(
        arguments: [
            (
                .option, .refused,
                "(from --engine) refuses connections: start it, or give another address with --engine"
            ),
            (
                .dockerHost, .noSocket,
                "(from DOCKER_HOST) has no socket there: start it, or set DOCKER_HOST to another address"
            ),
            (
                .context("the docker context 'b', which is set by DOCKER_CONTEXT"), .refused,
                "(from the docker context 'b', which is set by DOCKER_CONTEXT) refuses connections: start it, or choose another context, or give an address with --engine"
            ),
            (
                .usualSocket, .refused,
                "(the default) refuses connections: start it, or give its address with --engine unix:///PATH"
            ),
            (
                .option, .rubbish("x"),
                "(from --engine) does not speak the Docker Engine API (x): give another address with --engine"
            ),
            (
                .option, .permission,
                "(from --engine) may not be used by this user: join its group (docker) or use sudo"
            ),
            (
                .dockerHost, .timeout(seconds: 2),
                "(from DOCKER_HOST) gave no answer within 2 s: see whether it hangs"
            ),
            (
                .dockerHost, .status(500, message: "no"),
                "(from DOCKER_HOST) answered with error 500: no"
            ),
            (.usualSocket, .system("no memory"), "(the default) could not be asked: no memory"),
        ] as [(EngineAddress.Source, EngineFailure, String)])
    func failuresNameTheSource(
        source: EngineAddress.Source, failure: EngineFailure, text: String
    ) throws {
        var address = EngineAddress(firstOf: ["/run/x.sock"])
        address.source = source
        #expect(
            "\(SamplingError.engineUnreachable(address, reason: failure))"
                == "the container engine at /run/x.sock \(text); "
                + "sample without an engine with --no-engine")
    }

    @Test func withoutAHomeThereAreNoSettings() throws {
        let address = try EngineAddress.resolve(
            explicit: nil, environment: { _ in nil }, home: nil)
        #expect(address.source == .usualSocket)
        #expect(throws: SamplingError.self) {
            try EngineAddress.resolve(
                explicit: nil, environment: { $0 == "DOCKER_CONTEXT" ? "x" : nil }, home: nil)
        }
    }
}
