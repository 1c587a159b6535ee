import AsyncHTTPClient
import NIOCore
import Plan

let plan = Plan()
let client = HTTPClient.shared
/// The socket's path is the host of an http+unix URL, percent-encoded.
let host = plan.socketPath.utf8.map { byte -> String in
    let hex = String(byte, radix: 16)
    return "%" + (hex.count < 2 ? "0" + hex : hex)
}.joined()

func get(_ target: String) async throws -> Int {
    try await answer(target).count
}

func answer(_ target: String) async throws -> [UInt8] {
    var request = HTTPClientRequest(url: "http+unix://\(host)\(target)")
    // Its own, the socket's path, is a malformed host to Go's server.
    request.headers.replaceOrAdd(name: "Host", value: "docker")
    let response = try await client.execute(
        request, timeout: .seconds(Int64(Plan.timeoutSeconds)))
    let body = try await response.body.collect(upTo: Plan.answerLengthMax)
    guard response.status == .ok else { plan.fail("status \(response.status.code)") }
    return Array(body.readableBytesView)
}

do {
    let list = try await answer(Plan.list)
    var bytes = list.count
    let targets = plan.targets(list: list)
    for target in targets { bytes += try await get(target) }
    plan.finish(answers: 1 + targets.count, bytes: bytes)
} catch {
    plan.fail("\(error)")
}
