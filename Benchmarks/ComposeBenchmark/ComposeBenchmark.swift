import CYAML
import Compose
import Glibc
import Measures

/// `ComposeBenchmark FILE ROUNDS` : seconds of the CPU, the median of some rounds by turns, for libyaml's bare event
/// pass over a Compose file, for reading it, for planning another tier for every service (other amounts where the
/// file has no tiers), and for the proof.
@main
struct ComposeBenchmark {
    static func main() throws {
        guard CommandLine.arguments.count == 3, let rounds = Int(CommandLine.arguments[2]),
            rounds > 0
        else {
            print("usage: ComposeBenchmark FILE ROUNDS")
            exit(64)
        }
        let path = CommandLine.arguments[1]
        let bytes = try ComposeDocument.bytes(ofFile: path)
        var events: [Double] = []
        var reading: [Double] = []
        var planning: [Double] = []
        var proving: [Double] = []
        var services = 0
        var edits = 0
        for _ in 0..<rounds {
            events.append(seconds { bareEvents(bytes) })
            var model: ComposeModel?
            reading.append(try seconds { model = try ComposeModel(bytes: bytes, path: path) })
            guard let model else { exit(2) }
            services = model.services.count
            var draft: PatchPlan?
            planning.append(seconds { draft = model.draft(ServiceWishes(model, wish(model))) })
            proving.append(seconds { draft.map { _ = $0.violationText } })
            guard let draft, draft.violationText == nil, draft.refusals.isEmpty, !draft.isEmpty
            else { exit(2) }
            edits = draft.edits.count
        }
        print("\(services) services, \(bytes.count) bytes, \(edits) edits")
        print("events \(median(events))\nread \(median(reading))\nplan \(median(planning))")
        print("prove \(median(proving))")
    }

    private static func wish(_ model: ComposeModel) -> (ComposeService) -> ResourceWish? {
        if let tier = model.tiers.first { return { _ in .tier(tier.tier) } }
        var next: Int64 = 0
        return { _ in
            next += 1
            return .amounts(
                ResourceAmounts(
                    cpuLimit: Cores(0.5), memoryLimit: Bytes.mebibytes(256 + next % 100)))
        }
    }

    private static func median(_ values: [Double]) -> Double {
        values.sorted()[values.count / 2]
    }

    private static func seconds(_ body: () throws -> Void) rethrows -> Double {
        var start = timespec()
        var end = timespec()
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &start)
        try body()
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &end)
        return Double(end.tv_sec - start.tv_sec) + Double(end.tv_nsec - start.tv_nsec) / 1e9
    }

    private static func bareEvents(_ bytes: [UInt8]) {
        var parser = yaml_parser_t()
        guard yaml_parser_initialize(&parser) == 1 else { exit(2) }
        defer { yaml_parser_delete(&parser) }
        bytes.withUnsafeBufferPointer { buffer in
            yaml_parser_set_input_string(&parser, buffer.baseAddress, buffer.count)
            while true {
                var event = yaml_event_t()
                guard yaml_parser_parse(&parser, &event) == 1 else { exit(2) }
                let isEnd = event.type == YAML_STREAM_END_EVENT
                yaml_event_delete(&event)
                if isEnd { return }
            }
        }
    }
}
