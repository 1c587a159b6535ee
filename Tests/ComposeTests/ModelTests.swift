import Compose
import Measures
import Testing

/// Several files, and what they name. Each answer is that of Docker Compose 2.40.3 for the same files.
struct ModelTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var name: String
        var files: [String: String]
        /// The files that are named with `-f`.
        var paths: [String]
        /// CPUs and memory of each service; nil for none.
        var limits: [String: [Double?]]
        var testDescription: String { name }

        init(
            _ name: String, _ files: [String: String], _ paths: [String],
            _ limits: [String: [Double?]]
        ) {
            self.name = name
            self.files = files
            self.paths = paths
            self.limits = limits
        }

        init(_ name: String, _ files: [String: String], _ limits: [String: [Double?]]) {
            self.init(name, files, ["a.yml"], limits)
        }
    }

    private static let base =
        "services:\n  a: {image: x, deploy: {resources: "
        + "{limits: {memory: 1g, cpus: '1'}}}}\n"
    private static let gibi = 1_073_741_824.0

    static let cases: [Case] = [
        Case(
            "a later file wins, key by key",
            [
                "a.yml": base,
                "b.yml":
                    "services:\n  a: {deploy: {resources: {limits: {memory: 2g}}}}\n  b: {image: y, cpus: 3}\n",
            ],
            ["a.yml", "b.yml"], ["a": [1, 2 * gibi], "b": [3, nil]]),
        Case(
            "null takes nothing back", ["a.yml": base, "b.yml": "services:\n  a: {deploy: }\n"],
            ["a.yml", "b.yml"], ["a": [1, gibi]]),
        Case(
            "!reset does",
            [
                "a.yml": base,
                "b.yml":
                    "services:\n  a: {deploy: {resources: {limits: {memory: !reset null}}}}\n",
            ],
            ["a.yml", "b.yml"], ["a": [1, nil]]),
        Case(
            "!override replaces",
            [
                "a.yml": base,
                "b.yml":
                    "services:\n  a: {deploy: {resources: {limits: !override {memory: 3g}}}}\n",
            ],
            ["a.yml", "b.yml"], ["a": [nil, 3 * gibi]]),
        Case(
            "a service can be reset",
            [
                "a.yml": base + "  b: {image: x}\n",
                "b.yml":
                    "services:\n  a: !reset null\n",
            ], ["a.yml", "b.yml"], ["b": [nil, nil]]),
        Case(
            "!reset behind an anchor resets nothing",
            [
                "a.yml": base,
                "b.yml":
                    "x-r: &r {deploy: !reset null}\nservices:\n  a: {<<: *r}\n",
            ],
            ["a.yml", "b.yml"], ["a": [1, gibi]]),
        Case(
            "!override counts through a merge, and not through a list of them",
            [
                "a.yml": base
                    + "  b: {image: x, deploy: {resources: {limits: {memory: 1g, cpus: '1'}}}}\n",
                "b.yml": "x-o: &o {deploy: !override {resources: {limits: {memory: 2g}}}}\n"
                    + "services:\n  a: {<<: *o}\n  b: {<<: [*o]}\n",
            ],
            ["a.yml", "b.yml"], ["a": [nil, 2 * gibi], "b": [1, 2 * gibi]]),
        Case(
            "documents of one file are like files",
            [
                "a.yml":
                    "services: {a: {image: x, mem_limit: 1g}}\n---\nservices: {a: {cpus: 2}}\n"
            ],
            ["a": [2, gibi]]),
        Case(
            "extends in the same file",
            [
                "a.yml":
                    "services:\n  b: {image: x, mem_limit: 1g}\n  a: {extends: b, cpus: 1}\n"
            ],
            ["a": [1, gibi], "b": [nil, gibi]]),
        Case(
            "extends sees its own file only",
            [
                "a.yml":
                    "services:\n  b: {image: x, mem_limit: 1g}\n  a: {extends: b}\n",
                "b.yml":
                    "services:\n  b: {mem_limit: 2g}\n",
            ], ["a.yml", "b.yml"],
            ["a": [nil, gibi], "b": [nil, 2 * gibi]]),
        Case(
            "extends through files, each beside the one before",
            [
                "a.yml":
                    "services:\n  a: {extends: {file: s/o.yml, service: b}, cpus: 1}\n",
                "s/o.yml":
                    "services:\n  b: {extends: {file: p.yml, service: c}}\n",
                "s/p.yml":
                    "services:\n  c: {image: y, deploy: {resources: {limits: {memory: \"${M:-3g}\"}}}}\n",
                ".env": "M=5g\n", "s/.env": "M=7g\n",
            ],
            ["a": [1, 5 * gibi]]),
        Case(
            "extends and !override",
            [
                "a.yml":
                    "services:\n  b: {image: x, mem_limit: 1g, cpus: 1}\n"
                    + "  a: {extends: b, mem_limit: !reset null}\n"
            ],
            ["a": [1, nil], "b": [1, gibi]]),
        Case(
            "include with an environment of its own",
            [
                "a.yml":
                    "include: [d/i.yml]\nservices:\n  a: {image: x, mem_limit: \"${Q:-2g}\"}\n",
                "d/i.yml":
                    "services:\n  b: {image: y, mem_limit: \"${Q:-1g}\"}\n", "d/.env": "Q=9g\n",
            ],
            ["a": [nil, 2 * gibi], "b": [nil, 9 * gibi]]),
        Case(
            "the including project's variables win",
            [
                "a.yml":
                    "include: [d/i.yml]\nservices:\n  a: {image: x, mem_limit: \"${Q:-2g}\"}\n",
                "d/i.yml":
                    "services:\n  b: {image: y, mem_limit: \"${Q:-1g}\"}\n", "d/.env": "Q=9g\n",
                ".env": "Q=4g\n",
            ], ["a": [nil, 4 * gibi], "b": [nil, 4 * gibi]]),
        Case(
            "include of several files",
            [
                "a.yml":
                    "include:\n  - path: [d/i.yml, d/j.yml]\n    env_file: d/my.env\n"
                    + "services:\n  a: {image: x}\n",
                "d/i.yml":
                    "services:\n  b: {image: y, mem_limit: \"${Q:-1g}\"}\n",
                "d/j.yml":
                    "services:\n  b: {cpus: 2}\n", "d/my.env": "Q=9g\n",
            ],
            ["a": [nil, nil], "b": [2, 9 * gibi]]),
        Case(
            "an included service is overridden by a later file",
            [
                "a.yml": "include: [i.yml]\n",
                "i.yml": "services:\n  b: {image: y, mem_limit: 1g}\n",
                "o.yml":
                    "services:\n  b: {mem_limit: 2g}\n",
            ], ["a.yml", "o.yml"], ["b": [nil, 2 * gibi]]),
        Case(
            "project_directory is where relative paths start",
            [
                "a.yml":
                    "include:\n  - path: d/i.yml\n    project_directory: .\nservices:\n  a: {image: x}\n",
                "d/i.yml": "services:\n  b: {image: y, extends: {file: e.yml, service: c}}\n",
                "e.yml": "services:\n  c: {cpus: 3, image: y}\n",
                "d/e.yml": "services:\n  c: {cpus: 2, image: y}\n",
            ],
            ["a": [nil, nil], "b": [3, nil]]),
        Case(
            "the last of two equal names in .env counts",
            [
                "a.yml":
                    "services:\n  a: {image: x, mem_limit: $M}\n",
                ".env": "M=2g\nexport M='1g' # so\n",
            ],
            ["a": [nil, gibi]]),
    ]

    @Test(arguments: cases)
    func limitsAreComposes(_ example: Case) throws {
        let model = try ComposeModel(
            paths: example.paths, environment: ComposeEnvironment(),
            files: .only(example.files.mapValues { Array($0.utf8) }))
        #expect(model.rejections == [])
        var limits: [String: [Double?]] = [:]
        for service in model.services {
            limits[service.name] = [
                service.resources.cpuLimit.known?.rawValue,
                service.resources.memoryLimit.known.map { Double($0.rawValue) },
            ]
        }
        #expect(limits == example.limits)
    }

    /// A variable of the process wins over `.env`.
    @Test(arguments: [
        ("${MEM:-1g}", nil as String?, "1g"), ("${MEM-1g}", "", ""), ("${MEM:-1g}", "", "1g"),
        ("${MEM:+2g}", "x", "2g"), ("${MEM:-${X:-3g}}", nil, "3g"), ("${MEM}g", "2", "2g"),
        ("$MEM", "5m", "5m"), ("${X:-${MEM}}", "7m", "7m"),
    ])
    func interpolates(text: String, value: String?, result: String) throws {
        let model = try ComposeModel(
            paths: ["a.yml"], environment: ComposeEnvironment(value.map { ["MEM": $0] } ?? [:]),
            files: .only([
                "a.yml": Array("services: {a: {image: x, mem_limit: '\(text)'}}".utf8),
                ".env": Array("MEM2=9g\n".utf8),
            ]))
        #expect(model.services[0].resources.memoryLimit.known == Bytes(composeSize: result))
    }

    @Test func provenanceNamesTheWholeChain() throws {
        let model = try compose(
            threeTiers + """
                x-app: &app
                  <<: *resources-small
                services:
                  base: {<<: *app}
                  a: {extends: {service: base}}
                """)
        let service = try #require(model.service("a"))
        let limit = try #require(
            model.provenance(of: service).first { $0.name == "limits.memory_bytes" })
        #expect(limit.text == "512M")
        #expect(limit.key == "deploy.resources.limits.memory")
        #expect(limit.position.description == "4:37")
        #expect(
            limit.chain == [
                "extends (compose.yml:22)", "<<: *app (line 21)", "<<: *resources-small (line 19)",
            ])
    }

    /// Edits go to the file that has the limits, and only there.
    @Test func editsTheFileThatHasTheLimits() throws {
        let model = try ComposeModel(
            paths: ["a.yml", "b.yml"], environment: ComposeEnvironment(),
            files: .only([
                "a.yml": Array("services:\n  a: {image: x, mem_limit: 1g}\n  b: {image: y}\n".utf8),
                "b.yml": Array("services:\n  a: {ports: ['1:1']}\n  b: {mem_limit: 2g}\n".utf8),
            ]))
        let amounts = ResourceAmounts(memoryLimit: .mebibytes(256))
        let plan = model.plan(["a": .amounts(amounts), "b": .amounts(amounts)])
        #expect(plan.refusals == [])
        #expect(
            plan.changes.map { String(decoding: $0.patched, as: UTF8.self) } == [
                "services:\n  a: {image: x, mem_limit: 256m}\n  b: {image: y}\n",
                "services:\n  a: {ports: ['1:1']}\n  b: {mem_limit: 256m}\n",
            ])
    }

    @Test func heapSettingsAreFound() throws {
        let model = try compose(
            """
            services:
              a:
                environment: {JAVA_OPTS: -Xms1g -Xmx1536m, OTHER: x}
                command: [node, --max-old-space-size=4096, postgres, -c, shared_buffers=2GB]
            """)
        #expect(
            model.heapSettings(of: model.services[0]).map {
                "\($0.text) \($0.bytes.rawValue >> 20) \($0.line)"
            }
                == [
                    "--max-old-space-size=4096 4096 4", "shared_buffers=2GB 2048 4",
                    "-Xmx1536m 1536 3",
                ])
    }
}
