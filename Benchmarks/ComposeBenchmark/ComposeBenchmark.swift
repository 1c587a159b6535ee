import CYAML
import Compose
import Glibc
import Measures

/// `ComposeBenchmark FILE ROUNDS` : seconds of the CPU, the best of some rounds, for libyaml's bare event pass
/// over a Compose file, for reading it, for planning another tier for every service, and for the proof.
@main
struct ComposeBenchmark {
    static func main() throws {
        guard CommandLine.arguments.count == 3, let rounds = Int(CommandLine.arguments[2]) else {
            print("usage: ComposeBenchmark FILE ROUNDS")
            exit(64)
        }
        let path = CommandLine.arguments[1]
        let bytes = try ComposeDocument.bytes(ofFile: path)
        var events = Double.infinity
        var reading = Double.infinity
        var planning = Double.infinity
        var proving = Double.infinity
        var services = 0
        for _ in 0..<rounds {
            events = min(events, seconds { bareEvents(bytes) })
            var model: ComposeModel?
            reading = min(
                reading, try seconds { model = try ComposeModel(bytes: bytes, path: path) })
            guard let model, let tier = model.tiers.first else { exit(2) }
            services = model.services.count
            let wish = ResourceWish.tier(tier.tier)
            var draft: PatchPlan?
            planning = min(
                planning, seconds { draft = model.draft(ServiceWishes(model) { _ in wish }) })
            proving = min(proving, seconds { draft.map { _ = $0.violationText } })
            guard let draft, draft.violationText == nil, !draft.isEmpty else { exit(2) }
        }
        print("\(services) services, \(bytes.count) bytes")
        print("events \(events)\nread \(reading)\nplan \(planning)\nprove \(proving)")
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
