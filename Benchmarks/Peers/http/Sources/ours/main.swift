import Plan

let plan = Plan()
let http = UnixSocketHTTP(socketPath: plan.socketPath, timeoutSeconds: Plan.timeoutSeconds)

@MainActor func get(_ target: String) throws(EngineFailure) -> [UInt8] {
    let answer = try http.get(target)
    guard answer.status == 200 else { plan.fail("status \(answer.status)") }
    return answer.body
}

do {
    let list = try get(Plan.list)
    var bytes = list.count
    let targets = plan.targets(list: list)
    for target in targets { bytes += try get(target).count }
    plan.finish(answers: 1 + targets.count, bytes: bytes)
} catch {
    plan.fail("\(error)")
}
