import NIOCore
import NIOHTTP1
import NIOPosix
import Plan

/// Collects one answer at a time; the limits on time and size are this file's own work.
final class Collector: ChannelInboundHandler {
    typealias InboundIn = HTTPClientResponsePart
    typealias OutboundOut = HTTPClientRequestPart

    enum Failure: Error {
        case tooLong, closed
        case status(Int)
    }

    private var body: [UInt8] = []
    private var status = 0
    private var promise: EventLoopPromise<[UInt8]>?

    func get(_ target: String, _ context: ChannelHandlerContext) -> EventLoopFuture<[UInt8]> {
        let promise = context.eventLoop.makePromise(of: [UInt8].self)
        self.promise = promise
        body = []
        let head = HTTPRequestHead(
            version: .http1_1, method: .GET, uri: target,
            headers: ["Host": "docker", "Accept": "application/json"])
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
        return promise.futureResult
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head): status = Int(head.status.code)
        case .body(let part):
            body.append(contentsOf: part.readableBytesView)
            if body.count > Plan.answerLengthMax { fail(Failure.tooLong, context) }
        case .end:
            let done = promise
            promise = nil
            if status == 200 { done?.succeed(body) } else { done?.fail(Failure.status(status)) }
        }
    }

    func channelInactive(context: ChannelHandlerContext) { fail(Failure.closed, context) }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { fail(error, context) }

    private func fail(_ error: any Error, _ context: ChannelHandlerContext) {
        let failed = promise
        promise = nil
        failed?.fail(error)
        context.close(promise: nil)
    }
}

let plan = Plan()
let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)

func get(_ target: String, _ channel: any Channel) throws -> [UInt8] {
    let deadline = channel.eventLoop.scheduleTask(in: .seconds(Int64(Plan.timeoutSeconds))) {
        channel.close(promise: nil)
    }
    defer { deadline.cancel() }
    return try channel.eventLoop.flatSubmit {
        do {
            let context = try channel.pipeline.syncOperations.context(handlerType: Collector.self)
            return try channel.pipeline.syncOperations.handler(type: Collector.self)
                .get(target, context)
        } catch {
            return channel.eventLoop.makeFailedFuture(error)
        }
    }.wait()
}

do {
    let channel = try ClientBootstrap(group: group)
        .channelInitializer { channel in
            channel.eventLoop.makeCompletedFuture {
                try channel.pipeline.syncOperations.addHTTPClientHandlers()
                try channel.pipeline.syncOperations.addHandler(Collector())
            }
        }
        .connect(unixDomainSocketPath: plan.socketPath).wait()
    let list = try get(Plan.list, channel)
    var bytes = list.count
    let targets = plan.targets(list: list)
    for target in targets { bytes += try get(target, channel).count }
    plan.finish(answers: 1 + targets.count, bytes: bytes)
} catch {
    plan.fail("\(error)")
}
