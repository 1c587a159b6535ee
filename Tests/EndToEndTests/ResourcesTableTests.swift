import TestSupport
import Testing

/// `rightsize resources` as a table, whole.
@Suite struct ResourcesTableTests {
    private static let compose = """
        x-resources-small: &resources-small
          deploy:
            resources:
              limits: {cpus: "0.5", memory: 512M}
              reservations: {cpus: "0.25", memory: 128M}
        x-security: &security
          <<: *resources-small
        services:
          web:
            image: a
            <<: *security
            scale: 3
          a-service-with-a-name-that-is-longer-than-any-column-of-a-terminal:
            image: b
            mem_limit: 1000001b
            cpus: 1.25
            pids_limit: 100
          job: {image: c, mem_limit: "${JOB_MEMORY_THAT_IS_NOT_SET}"}
          heir: {extends: web, mem_reservation: 64m}
          free: {image: d}

        """

    private func table(_ environment: [String: String], path: String) throws -> String {
        try withTemporaryDirectory { directory in
            try writeFile(directory + "/" + path, Array(Self.compose.utf8))
            let run = try Program.run(["resources", path], environment: environment, in: directory)
            #expect(run.code == 0, "\(run.errors)")
            return run.output
        }
    }

    @Test func fitsEightyColumns() throws {
        #expect(
            try table(["LANG": "C.UTF-8", "COLUMNS": "80"], path: "compose.yaml") == """
                SERVICE                              TIER   CPUS  MEMORY        RESERVED    PIDS
                web ×3                               small  0.5   512M          0.25, 128M  -
                  compose.yaml:4,5 <<: *security (line 11) <<: *resources-small (line 7)
                a-service-with-a-name-that-is-long…  -      1.25  1000001b      -           100
                  compose.yaml:15,16,17
                job                                  -      -     ? ${JOB_MEM…  -           -
                  compose.yaml:18
                heir ×3                              small  0.5   512M          0.25, 128M  -
                  compose.yaml:4,5 extends (compose.yaml:19) <<: *security (line 11) <<:
                    *resources-small (line 7)
                  compose.yaml:19
                free                                 -      -     -             -           -

                """)
    }

    @Test func isPlainASCIIWhereTheLocaleAsksAndPathsAreCut() throws {
        let path = String(repeating: "p", count: 100) + ".yaml"
        #expect(
            try table(["LANG": "C", "COLUMNS": "20"], path: path) == """
                SERVICE                              TIER   CPUS  MEMORY        RESERVED    PIDS
                web x3                               small  0.5   512M          0.25, 128M  -
                  >pppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppp.yaml:4,5
                    <<: *security (line 11) <<: *resources-small (line 7)
                a-service-with-a-name-that-is-long>  -      1.25  1000001b      -           100
                  >ppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppp.yaml:15,16,17
                job                                  -      -     ? ${JOB_MEM>  -           -
                  >ppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppp.yaml:18
                heir x3                              small  0.5   512M          0.25, 128M  -
                  >pppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppp.yaml:4,5
                    extends
                    >pppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppp.yaml:19)
                    <<: *security (line 11) <<: *resources-small (line 7)
                  >ppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppp.yaml:19
                free                                 -      -     -             -           -

                """)
    }
}
