import Measures
import Storing
import Testing

@testable import Exchange

@Suite struct WideExportTests {
    @Test func aRowForEachSeriesAndTick() throws {
        let (store, _) = try imported(
            header + """
                1700000000,shop,web,1,cpu_usage_usec,5
                1700000000,shop,web,1,cpu_cores,3
                1700000060.5,shop,web,1,cpu_usage_usec,9
                1700000060.5,,"a,b",2,pids,7

                """)
        #expect(
            try exported(store, .wide) == """
                timestamp,project,service,instance,cpu_usage_usec,pids,cpu_cores
                2023-11-14T22:13:20.000Z,shop,web,1,5,,3.0
                2023-11-14T22:14:20.500Z,shop,web,1,9,,
                2023-11-14T22:14:20.500Z,,"a,b",2,,7,

                """)
        // Neither columns nor rows without a value.
        #expect(
            try exported(store, .wide, metrics: [.cpuCores, .restarts]) == """
                timestamp,project,service,instance,cpu_cores
                2023-11-14T22:13:20.000Z,shop,web,1,3.0

                """)
    }

    @Test func theHotTailIsExportedToo() throws {
        let store = try SampleStore(path: ":memory:", access: .readWrite)
        let series = SeriesIdentity(
            kind: .unit, service: ServiceID(project: nil, service: "ssh.service"))
        try store.append(
            Tick(
                time: Timestamp(seconds: 1_700_000_000), boot: BootID(rawValue: "b"),
                uptimeMilliseconds: 1, host: HostCapacity(cpus: nil, memory: nil),
                samples: [
                    ContainerSample(
                        incarnation: Incarnation(
                            series: series, container: ContainerID(rawValue: "c"), name: "ssh"),
                        values: [.pids: 4])
                ]))
        #expect(
            try exported(store, .wide) == """
                timestamp,project,service,instance,kind,pids
                2023-11-14T22:13:20.000Z,,ssh.service,,unit,4

                """)
        #expect(
            try exported(store) == """
                timestamp,project,service,instance,kind,metric,value
                1700000000,,ssh.service,,unit,pids,4

                """)
    }
}
