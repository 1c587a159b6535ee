import Compose
import Testing

/// Every reason not to touch a service, with its line and its advice.
struct RefusalTests {
    @Test func unknownTierAndService() throws {
        let input = "services:\n  a: {<<: *resources-small}\n"
        try expectRefusal(
            input: input, assign: ["a": "huge"], .unknownTier, line: nil,
            ["no tier huge", "it has small, medium, large", "&resources-huge"])
        try expectRefusal(
            input: input, assign: ["b": "small"], .unknownService, line: nil, ["no service"])
        try expectRefusal(
            tiers: """
                x-resources-small: &resources-small
                  deploy: {resources: {limits: {cpus: "${C:-1}", memory: 1G}}}

                """,
            input: input, assign: ["a": "small"], .unknownTier, line: nil, ["interpolated"])
    }

    @Test func explicitDeploy() throws {
        try expectRefusal(
            input: "services:\n  a:\n    <<: *resources-small\n    deploy: {replicas: 2}\n",
            assign: ["a": "large"], .explicitDeploy, line: 4,
            ["hides *resources-small", "by hand", "memory 2048M"])
        try expectRefusal(
            input: "services:\n  a:\n    <<: *resources-small\n    deploy:\n",
            assign: ["a": "large"], .explicitDeploy, line: 4, ["empty", "hides", "remove it"])
        try expectRefusal(
            input: "services:\n  a:\n    deploy: {resources: {limits: {memory: 1G}}}\n",
            assign: ["a": "large"], .explicitDeploy, line: 3, ["cpus '2.0'"])
        try expectRefusal(
            input: "services:\n  a:\n    deploy: {resources: {limits: {memory: \"${M:-1G}\"}}}\n",
            assign: ["a": "large"], .interpolated, line: 3, ["${M:-1G}", "default"])
        try expectRefusal(
            input: "x-d: &d {replicas: 2}\nservices:\n  a:\n    deploy: *d\n",
            assign: ["a": "large"], .deployIsAlias, line: 4, ["*d"])
    }

    @Test func olderFamily() throws {
        try expectRefusal(
            input: "services:\n  a:\n    mem_limit: 1g\n", assign: ["a": "large"], .olderFamily,
            line: 3, ["mem_limit", "by hand"])
        try expectRefusal(
            input: "services:\n  a:\n    <<: *resources-small\n    cpus: 1\n",
            assign: ["a": "large"], .olderFamily, line: 4, ["cpus"])
        try expectRefusal(
            input: "services:\n  a:\n    mem_limit: ${M:-1g}\n", assign: ["a": "large"],
            .interpolated, line: 3, ["${M:-1g}"])
    }

    @Test func noTier() throws {
        try expectRefusal(
            input: "services:\n  a:\n    image: i:1\n", assign: ["a": "large"], .noTier, line: 2,
            ["add `<<: *resources-large`"])
        try expectRefusal(
            input: "services:\n  a:\n", assign: ["a": "large"], .notAMapping, line: 2)
    }

    @Test func chainedAnchorNamesWhoSharesIt() throws {
        let input = """
            x-app: &app
              <<: *resources-small
            services:
              a: {<<: *app}
              b: {<<: *app}
              c: {<<: *resources-small}
            """
        try expectRefusal(
            input: input, assign: ["a": "large"], .chainedAnchor, line: 4,
            ["*app", "a, b;", "<<: [*resources-large, *app]"])
    }

    @Test func sharedServices() throws {
        let input = """
            services:
              a: &svc
                <<: *resources-small
              b:
                <<: *svc
              c: *svc
            """
        try expectRefusal(
            input: input, assign: ["a": "large"], .sharedServiceAnchor, line: 2, ["(b, c)"])
        try expectRefusal(
            input: input, assign: ["b": "large"], .chainedAnchor, line: 5, ["*svc"])
        try expectRefusal(
            input: input, assign: ["c": "large"], .serviceIsAlias, line: 6, ["a, b"])
        try expectPatch(
            input: "services:\n  a: &svc\n    <<: *resources-small\n  b: {image: x}\n",
            assign: ["a": "large"],
            output: "services:\n  a: &svc\n    <<: *resources-large\n  b: {image: x}\n")
    }

    /// Text that is used again where no service is, or by services that hide the tier.
    @Test func sharedText() throws {
        try expectRefusal(
            input: "services:\n  a: &svc\n    <<: *resources-small\nx-copy: *svc\n",
            assign: ["a": "large"], .sharedServiceAnchor, line: 2, ["shares this text with line"])
        try expectRefusal(
            input: """
                services:
                  a: &svc
                    <<: *resources-small
                  b: {<<: *svc, deploy: {replicas: 1}}
                """,
            assign: ["a": "large"], .sharedServiceAnchor, line: 2, ["&svc"])
        try expectRefusal(
            input: "services:\n  a: {<<: &l [*resources-small]}\nx-list: *l\n",
            assign: ["a": "large"], .sharedServiceAnchor, line: 2, ["&l"])
        try expectRefusal(
            input: "services: &all\n  a: {<<: *resources-small}\nx-list: *all\n",
            assign: ["a": "large"], .sharedServiceAnchor, line: 1, ["&all"])
    }

    @Test func mergedServices() throws {
        try expectRefusal(
            input: """
                x-more: &more
                  a: {<<: *resources-small}
                services:
                  <<: *more
                  b: {image: x}
                """,
            assign: ["a": "large"], .serviceIsMerged, line: 2, ["*more"])
        try expectRefusal(
            input: "x-all: &all\n  a: {<<: *resources-small}\nservices: *all\n",
            assign: ["a": "large"], .serviceIsMerged, line: 2, ["`services:` is an alias"])
    }

    @Test func extends() throws {
        let input = """
            services:
              base:
                <<: *resources-small
              heir:
                extends: {service: base}
                <<: *resources-small
            """
        try expectRefusal(
            input: input, assign: ["heir": "large"], .extends, line: 5, ["extends"])
        try expectRefusal(
            input: input, assign: ["base": "large"], .extends, line: 2, ["service heir"])
    }

    @Test func otherSourcesOfDeploy() throws {
        try expectRefusal(
            input: "services:\n  a:\n    <<: [*resources-small, *resources-large]\n",
            assign: ["a": "medium"], .severalDeploys, line: 3, ["*resources-large"])
        try expectRefusal(
            input: """
                x-policy: &policy
                  deploy: {restart_policy: {condition: any}}
                services:
                  a:
                    <<: [*policy, *resources-small]
                """,
            assign: ["a": "large"], .anchorIsNoTier, line: 5, ["*policy"])
        try expectRefusal(
            input: "services:\n  a:\n    <<: {deploy: {replicas: 2}}\n", assign: ["a": "large"],
            .inlineMerge, line: 3)
    }

    @Test func anchorMustStandBeforeTheService() throws {
        let late = """
            x-resources-small: &resources-small
              deploy: {resources: {limits: {cpus: 1, memory: 1G}}}
            services:
              a:
                <<: *resources-small
            x-resources-large: &resources-large
              deploy: {resources: {limits: {cpus: 2, memory: 2G}}}
            """
        try expectRefusal(
            tiers: "", input: late, assign: ["a": "large"], .definedAfterUse, line: 5,
            ["line 6", "move the tier"])
        let redefined = """
            x-resources-small: &resources-small
              deploy: {resources: {limits: {cpus: 1, memory: 1G}}}
            x-resources-large: &resources-large
              deploy: {resources: {limits: {cpus: 2, memory: 2G}}}
            x-other: &resources-large {image: x}
            services:
              a:
                <<: *resources-small
            """
        try expectRefusal(
            tiers: "", input: redefined, assign: ["a": "large"], .anchorRedefined, line: 8,
            ["lines 3, 5"])
    }

    @Test func tiersThatCarryMore() throws {
        let input = """
            x-resources-max: &resources-max
              restart: always
              deploy:
                replicas: 3
                resources: {limits: {cpus: 4, memory: 4G}}
            services:
              a:
                <<: *resources-small
            """
        try expectRefusal(
            input: input, assign: ["a": "max"], .otherKeysChange, line: 8,
            ["restart", "deploy.replicas"])
    }
}
