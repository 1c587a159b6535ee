import Fuzzing

@testable import Sampling

/// The input as an engine's HTTP answer, as a stream of events, and as a JSON body.
@main
struct FuzzEngineAnswers {
    static func main() {
        fuzz { input in
            if let body = body(input) { read(body) }
            read(input)
            readEvents(input)
        }
    }

    /// The answer must be the same however its bytes arrive.
    private static func body(_ input: [UInt8]) -> [UInt8]? {
        let whole = parse([input[...]])
        for arrival in [input.indices.map { input[$0...$0] }, pieces(of: input)] {
            let split = parse(arrival)
            require(split == whole, "whole: \(whole), split: \(split)")
        }
        return whole.failure == nil ? whole.body : nil
    }

    private struct Answer: Equatable {
        var failure: EngineFailure?
        var status = 0
        var body: [UInt8] = []
        var keepsConnection = false
    }

    private static func parse(_ arrival: [ArraySlice<UInt8>]) -> Answer {
        var parser = HTTPAnswerParser()
        do throws(EngineFailure) {
            for piece in arrival { try parser.append(piece) }
            try parser.finish()
        } catch {
            return Answer(failure: error)
        }
        require(parser.isWhole, "neither whole nor a failure")
        return Answer(
            status: parser.status, body: parser.body, keepsConnection: parser.keepsConnection)
    }

    /// What is read must be what `skip` steps over as one value.
    private static func read(_ body: [UInt8]) {
        let isValue = succeeds(body) { (json) throws(EngineJSON.Malformed) in try json.skip() }
        let isInspect = succeeds(body) { (json) throws(EngineJSON.Malformed) in
            _ = try DockerEngine.Inspected(&json)
        }
        let isList = succeeds(body) { (json) throws(EngineJSON.Malformed) in
            try json.elements { (json) throws(EngineJSON.Malformed) in
                _ = try DockerEngine.Listed(&json)
            }
        }
        require(isValue || !isInspect, "an inspect that is no JSON value")
        require(isValue || !isList, "a list that is no JSON value")
        _ = DockerEngine.failure(500, body)
    }

    private static func succeeds(
        _ body: [UInt8], _ read: (inout EngineJSON) throws(EngineJSON.Malformed) -> Void
    ) -> Bool {
        var json = EngineJSON(body[...])
        do {
            try read(&json)
            try json.end()
            return true
        } catch {
            return false
        }
    }

    private static func readEvents(_ input: [UInt8]) {
        var whole = EngineEventLines()
        let events = whole.append(input, eventsMax: .max)
        for arrival in [input.indices.map { input[$0...$0] }, pieces(of: input)] {
            var split = EngineEventLines()
            let others = arrival.flatMap { split.append(Array($0), eventsMax: .max) }
            require(others == events, "whole: \(events), split: \(others)")
            require(split.dropped == whole.dropped, "\(split.dropped) and \(whole.dropped) dropped")
        }
        for event in events { require(event.timeNanoseconds >= 0, "time \(event.timeNanoseconds)") }
    }
}
