import Compose
import Measures
import Testing

struct ServiceTests {
    /// Which `deploy` is in effect, by the rules of merging.
    @Test(arguments: [
        ("{<<: *resources-small}", "small" as String?),
        ("{<<: [*default-security, *resources-small]}", "small"),
        ("{<<: [*resources-small, *resources-large]}", "small"),
        ("{<<: *resources-small, <<: *resources-large}", "large"),
        ("{<<: *resources-large, <<: *default-security}", "large"),
        ("{<<: {<<: *resources-medium}}", "medium"),
        ("{<<: *resources-small, deploy: {replicas: 2}}", nil),
        ("{deploy: {replicas: 2}, <<: *resources-small}", nil),
        ("{<<: *resources-small, deploy: }", nil),
        ("{\"<<\": *resources-small}", nil),
        ("{image: x}", nil),
    ])
    func tierInEffect(text: String, tier: String?) throws {
        let file = try compose(threeTiers + "services:\n  a: \(text)\n")
        let service = try #require(file.service("a"))
        #expect(service.tier == tier)
        let expected = tier.flatMap(file.tier).map { ComposeResources($0.tier) }
        #expect(service.resources.isEquivalent(to: expected ?? ComposeResources()))
    }

    @Test func namesReplicasAndLabels() throws {
        let file = try compose(
            """
            name: estate
            x-more: &more
              extra: {image: e}
            services:
              plain: {container_name: p1}
              many: {deploy: {replicas: 3}}
              scaled: {scale: "2"}
              unsure: {deploy: {replicas: "${N}"}}
              listed: {labels: ["a=b", "rightsize.ignore=in a test"]}
              mapped: {labels: {rightsize.ignore: "true"}}
              denied: {labels: {rightsize.ignore: false}}
              bare: {labels: [rightsize.ignore]}
              <<: *more
            """)
        #expect(file.projectName == "estate")
        #expect(
            file.services.map(\.name) == [
                "plain", "many", "scaled", "unsure", "listed", "mapped", "denied", "bare", "extra",
            ])
        #expect(file.services.map(\.replicas) == [1, 3, 2, nil, 1, 1, 1, 1, 1])
        #expect(file.service("plain")?.containerName == "p1")
        #expect(file.service("listed")?.ignore == .init(reason: "in a test", line: 9))
        #expect(file.service("mapped")?.ignore == .init(reason: nil, line: 10))
        #expect(file.service("bare")?.ignore == .init(reason: nil, line: 12))
        #expect(file.service("denied")?.ignore == nil)
        #expect(file.service("plain")?.ignore == nil)
        #expect(file.service("plain")?.line == 5)
    }

    @Test func warnsOfDuplicateMergesWithTheFold() throws {
        let file = try compose(
            threeTiers + """
                services:
                  postgres:
                    image: i:1
                    <<: *default-security
                    <<: *resources-large
                """)
        #expect(file.warnings.map(\.line) == [22])
        let text = try #require(file.warnings.first?.text)
        #expect(text.contains("service postgres has `<<` twice (lines 21, 22)"))
        #expect(text.contains("2.17"))
        #expect(text.hasSuffix("`<<: [*resources-large, *default-security]`"))
    }

    /// The folded form that the warning proposes means the same.
    @Test func foldKeepsTheMeaning() throws {
        let twice = try compose(
            threeTiers + "services: {a: {<<: *resources-small, <<: *resources-large}}\n")
        let folded = try compose(
            threeTiers + "services: {a: {<<: [*resources-large, *resources-small]}}\n")
        #expect(twice.services.first?.tier == folded.services.first?.tier)
        #expect(folded.warnings == [])
    }

    @Test(arguments: [
        ("services: {a: {mem_limit: 1g, mem_limit: 2g}}", "mem_limit again"),
        ("services: {a: {mem_limit: 1g, deploy: {resources: {limits: {memory: 2g}}}}}", "differ"),
        ("services: {a: {mem_limit: 1g, deploy: {resources: {limits: {cpus: 1}}}}}", "differ"),
        ("services: {a: {mem_limit: 1e9}}", "silently drops"),
        ("services: {a: {mem_limit: \"${M}\"}}", "interpolated"),
        ("services: {a: {deploy: {resources: {limits: {memory: 1024}}}}}", "in quotes"),
        (
            "services: {a: {scale: 2, deploy: {replicas: 3}}}",
            "service a: scale and deploy.replicas differ (2 and 3)"
        ),
    ])
    func warns(text: String, words: String) throws {
        let warnings = try compose(text).warnings
        #expect(warnings.count == 1, "\(warnings)")
        #expect(warnings.first?.text.contains(words) == true, "\(warnings)")
    }

    @Test(arguments: [
        ("services: {a: {extends: c}, b: {}}", "1:16", "names the service c"),
        ("services: {a: {extends: b}, b: {extends: a}}", "1:33", "leads back"),
        ("services: {a: {extends: {file: x.yml, service: b}}}", "1:32", "x.yml"),
        ("include: [b.yml]\nservices: {a: {}}", "1:11", "b.yml"),
        ("services: {a: }", "1:12", "no mapping"),
        ("services: {'a b': {}}", "1:12", "no name for a service"),
        (
            "services: {a: {image: x, volume_driver: y}}", "1:26",
            "service a has the key `volume_driver`, for which Docker Compose 2.40 refuses the file; "
                + "correct it, or begin it with x-"
        ),
        (
            "services: {a: {image: x, memory: 1g}}", "1:26",
            "service a has the key `memory`, for which"
        ),
        (
            "services: {a: {image: x, replicas: 2}}", "1:26",
            "service a has the key `replicas`, for which"
        ),
        (
            "x-a: &a {imagee: x}\nservices: {a: {<<: *a}}", "1:10",
            "service a has the key `imagee`"
        ),
        (
            "x-a: &a {cpus: 1}\nservices: {a: {\"<<\": *a}}", "2:16",
            "service a has the key `<<`, for which Docker Compose 2.40 refuses the file; in quotes it "
                + "merges nothing, so write it without"
        ),
        ("services: {<<: {a: {}}, '<<': {}}", "1:25", "no name for a service"),
        (
            "services: {a: {image: x}}\nfoo: 1", "2:1",
            "the top level has the key `foo`, for which Docker Compose 2.40 refuses the file; correct "
                + "it, or begin it with x-"
        ),
        ("services: {a: {image: x}}\nX-foo: 1", "2:1", "the top level has the key `X-foo`"),
        ("services: {a: {image: x}}\n'<<': {}", "2:1", "in quotes it merges nothing"),
        ("x-a: &a {foo: 1}\n<<: *a\nservices: {a: {image: x}}", "1:10", "the top level has"),
        ("services: {a: {image: x}}\n---\nfoo: 1", "3:1", "the top level has the key `foo`"),
        (
            "services: {a: {image: x, deploy: {foo: 1}}}", "1:35",
            "service a has the key `foo` in `deploy`, for which Docker Compose 2.40 refuses the file"
        ),
        ("services: {a: {image: x, deploy: {foo: }}}", "1:35", "the key `foo` in `deploy`"),
        (
            "services: {a: {image: x, deploy: {resources: {foo: 1}}}}", "1:47",
            "the key `foo` in `deploy.resources`"
        ),
        (
            "services: {a: {image: x, deploy: {resources: {limits: {storage: 1}}}}}", "1:56",
            "the key `storage` in `deploy.resources.limits`"
        ),
        (
            "services: {a: {image: x, deploy: {resources: {limits: {devices: []}}}}}", "1:56",
            "the key `devices` in `deploy.resources.limits`"
        ),
        (
            "services: {a: {image: x, deploy: {resources: {reservations: {pids: 1}}}}}", "1:62",
            "the key `pids` in `deploy.resources.reservations`"
        ),
        (
            "services: {a: {image: x, deploy: {resources: {reservations: {devices: [{foo: 1}]}}}}}",
            "1:73", "the key `foo` in `deploy.resources.reservations.devices`"
        ),
        (
            "x-g: &g [{discrete_resource_spec: {kind: a, foo: 1}}]\nservices: {a: {image: x, deploy: "
                + "{resources: {reservations: {generic_resources: *g}}}}}", "1:45",
            "in `deploy.resources.reservations.generic_resources.discrete_resource_spec`"
        ),
        (
            "services: {a: {image: x, deploy: {update_config: {foo: 1}}}}", "1:51",
            "the key `foo` in `deploy.update_config`"
        ),
        (
            "services: {a: {image: x, deploy: {rollback_config: {foo: 1}}}}", "1:53",
            "the key `foo` in `deploy.rollback_config`"
        ),
        (
            "services: {a: {image: x, deploy: {restart_policy: {foo: 1}}}}", "1:52",
            "the key `foo` in `deploy.restart_policy`"
        ),
        (
            "services: {a: {image: x, deploy: {placement: {preferences: [{foo: 1}]}}}}", "1:62",
            "the key `foo` in `deploy.placement.preferences`"
        ),
        (
            "x-a: &a {foo: 1}\nservices: {a: {image: x, deploy: {<<: *a, foo: !reset null}}}",
            "1:10",
            "the key `foo` in `deploy`"
        ),
        (
            "services: {a: {extends: b}, b: {image: x, deploy: {foo: 1}}}", "1:52",
            "the key `foo` in `deploy`"
        ),
    ])
    func rejects(text: String, place: String, words: String) throws {
        let rejections = try compose(text).rejections
        let rejection = rejections.first { $0.position?.description == place }
        #expect(rejection?.text.contains(words) == true, "\(rejections)")
    }

    /// What Docker Compose 2.40.3 takes.
    @Test(arguments: [
        "services: {a: {image: x, x-mine: 1}}",
        "services: {a: {image: x, scale: 2, deploy: {replicas: 2}}}",
        "services: {a: {image: x, odd: !reset null}}", "services: {a: {provider: {type: x}}}",
        "services: {a: {build: ''}}", "services: {a: {profiles: [x]}}",
        "x-a: &a {odd: 1}\nservices: {a: {image: x, environment: *a}}",
        "version: '3'\nname: p\nnetworks: {}\nvolumes: {}\nsecrets: {}\nconfigs: {}\nmodels: {}\n"
            + "x-: 1\nodd: !reset null\nservices: {a: {image: x}}",
        "x-a: &a {deploy: {odd: 1}}\nservices: {a: {image: x, <<: *a, deploy: {replicas: 1}}}",
        "services: {a: {image: x, deploy: {odd: !reset null, x-a: 1, labels: {odd: 1}}}}",
        """
        services:
          a:
            image: x
            deploy:
              mode: replicated
              endpoint_mode: vip
              replicas: 1
              rollback_config: {parallelism: 1, x-a: 1}
              update_config: {parallelism: 1, delay: 1s, failure_action: pause, monitor: 1s,
                max_failure_ratio: 0.1, order: stop-first, x-a: 1}
              restart_policy: {condition: any, delay: 1s, max_attempts: 1, window: 1s, x-a: 1}
              placement: {constraints: [a==b], preferences: [{spread: x, x-a: 1}],
                max_replicas_per_node: 1, x-a: 1}
              resources:
                x-a: 1
                limits: {cpus: '1', memory: 1g, pids: 3, x-a: 1}
                reservations:
                  x-a: 1
                  cpus: '1'
                  memory: 1g
                  devices: [{capabilities: [gpu], count: 1, driver: nvidia, options: {a: b}, x-a: 1},
                    {capabilities: [gpu], device_ids: ['0']}]
                  generic_resources: [{x-a: 1,
                    discrete_resource_spec: {kind: g, value: 2, x-a: 1}}]
        """,
    ])
    func takes(text: String) throws {
        let file = try compose(text)
        #expect(file.rejections == [])
        #expect(file.warnings == [])
        #expect(file.servicesWithoutImage.map(\.name) == [])
    }

    @Test func namesServicesThatHaveNothingToStartFrom() throws {
        let file = try compose(
            "services: {a: {mem_limit: 1g}, b: {image: x}, c: {extends: b}, d: {image: }, e: {extends: a}}"
        )
        #expect(file.servicesWithoutImage.map(\.name) == ["a", "d", "e"])
        #expect(file.warnings == [])
    }

    @Test func warnsOnceForASharedValue() throws {
        let services = (0..<50).map { "  s\($0): {<<: *m}\n" }.joined()
        let file = try compose("x-m: &m {mem_limit: oops}\nservices:\n" + services)
        #expect(file.warnings.count == 1)
        #expect(file.services.allSatisfy { $0.memoryLimit == nil })
    }
}
