import Measures
import Storing
import TestSupport
import Testing

@testable import rightsize

/// Whose samples a Compose file gets, by what Compose's labels said of where projects were started.
@Suite struct ProjectChoiceTests {
    private struct Case: CustomTestStringConvertible, Sendable {
        var testDescription: String
        /// Project, directory and files, with blanks between them; `-` for what is not known.
        var origins: [String]
        var path = "/srv/app/compose.yaml"
        var named: String?
        var chosen: String?
        /// The note, or the error.
        var text: String?
    }

    private static let cases = [
        Case(
            testDescription: "a store without labels: by name", origins: ["app - -", "b - -"],
            chosen: "app"),
        Case(
            testDescription: "a store without labels: by the only one with such services",
            origins: ["shop - -"], chosen: "shop"),
        Case(
            testDescription: "a store without labels: two fit", origins: ["a - -", "b - -"],
            text: "the store s.db has no samples of the project 'app' (it has: a, b); "
                + "choose one with --project"),
        Case(
            testDescription: "started from the file, under another name",
            origins: ["shop /srv/app /srv/app/compose.yaml", "b - -"], chosen: "shop"),
        Case(
            testDescription: "started from the file beats a name that is used elsewhere",
            origins: [
                "shop /srv/app /srv/app/compose.yaml", "app /home/app /home/app/compose.yaml",
            ],
            chosen: "shop"),
        Case(
            testDescription: "one of several files",
            origins: ["shop /srv/app /srv/base.yaml,/srv/app/compose.yaml", "b - -"],
            chosen: "shop"),
        Case(
            testDescription: "a comma in the path",
            origins: ["shop /srv/a,b /srv/a,b/c.yaml", "b - -"],
            path: "/srv/a,b/c.yaml", chosen: "shop"),
        Case(
            testDescription: "Compose 1 names files from the directory",
            origins: ["shop /srv/app compose.yaml", "b - -"], chosen: "shop"),
        Case(
            testDescription: "two from one file: the name decides",
            origins: [
                "app /srv/app /srv/app/compose.yaml", "app-test /srv/app /srv/app/compose.yaml",
            ], chosen: "app"),
        Case(
            testDescription: "two from one file, neither of its name",
            origins: [
                "live /srv/app /srv/app/compose.yaml", "test /srv/app /srv/app/compose.yaml",
            ],
            text:
                "the store s.db has samples of several projects that /srv/app/compose.yaml may belong "
                + "to: live from /srv/app/compose.yaml, test from /srv/app/compose.yaml; choose one "
                + "with --project"),
        Case(
            testDescription: "another file of the directory",
            origins: ["shop /srv/app /srv/app/other.yaml", "b - -"], chosen: "shop"),
        Case(
            testDescription: "the directory beats a name that is used elsewhere",
            origins: ["shop /srv/app -", "app /home/app -"], chosen: "shop"),
        Case(
            testDescription: "a copy of the file, by name",
            origins: ["app /home/app /home/app/compose.yaml", "b - -"], chosen: "app",
            text: "/srv/app/compose.yaml is taken for that of the project app from "
                + "/home/app/compose.yaml"),
        Case(
            testDescription: "the file's own name is not there",
            origins: ["shop /home/app -"], named: "app",
            text:
                "the store s.db has no samples of the project 'app' (it has: shop from /home/app); "
                + "choose one with --project"),
    ]

    @Test(arguments: cases) private func isChosen(_ one: Case) throws {
        let fields = one.origins.map {
            $0.split(separator: " ").map { $0 == "-" ? nil : String($0) }
        }
        let choice = ProjectChoice(
            store: "s.db",
            services: Set(fields.map { ServiceID(project: $0[0], service: "web") }),
            origins: fields.filter { $0[1] != nil }.map {
                ProjectOrigin(project: $0[0]!, directory: $0[1], files: $0[2])
            })
        guard let project = one.chosen else {
            let error = #expect(throws: Failure.self) {
                try choice.project(ofFile: one.path, named: one.named, services: ["web"])
            }
            #expect(error?.description == one.text)
            return
        }
        #expect(
            try choice.project(ofFile: one.path, named: one.named, services: ["web"])
                == ProjectChoice.Chosen(project: project, note: one.text))
    }

    @Test func theDirectoryAboveHasItsName() {
        #expect(ComposeProject.name(ofDirectoryOf: "/srv/My.App/deploy/../compose.yaml") == "myapp")
    }

    /// From labels that were stored to the report, for a file whose directory has another name.
    @Test func aReportFindsItsProject() throws {
        try withTemporaryDirectory { directory in
            let file = directory + "/compose.yaml"
            try writeFile(file, Array("services: {web: {image: nginx, mem_limit: 512m}}\n".utf8))
            let store = try SampleStore(path: directory + "/store.db", access: .readWrite)
            var tick = Tick(
                time: Timestamp(seconds: 1_795_000_000), boot: BootID(rawValue: "b"),
                uptimeMilliseconds: 1, host: HostCapacity(cpus: nil, memory: nil),
                samples: ["live", "other"].map { project in
                    let series = SeriesIdentity(
                        kind: .service, service: ServiceID(project: project, service: "web"))
                    return ContainerSample(
                        incarnation: Incarnation(
                            series: series, container: ContainerID(rawValue: project), name: project
                        ),
                        values: [.memoryCurrent: 1])
                })
            tick.origins = [ProjectOrigin(project: "live", directory: directory, files: file)]
            try store.append(tick)
            let run = try Program.run(
                ["recommend", "--store", store.path, "--compose", file, "--format", "json"])
            #expect(run.code == 0, "\(run.errors)")
            #expect(run.output.contains(#""project" : "live""#), "\(run.output)")
        }
    }
}
