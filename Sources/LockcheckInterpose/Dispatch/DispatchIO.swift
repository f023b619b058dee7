import CLockcheckInterpose
import CLockcheckShims
import LockcheckRecorder
import LockcheckTrace

/// Input and output, as they are recorded: the calls of one handler run one after the other on its queue, behind
/// what asked for them. What is done with one channel comes before what is told of it later.
enum DispatchIO {
  typealias Pointer = UnsafeMutableRawPointer

  /// Has `real` be given a block in the place of a handler.
  ///
  /// - Parameters:
  ///   - queue: Where it runs; nil where Dispatch has a queue of its own for it.
  ///   - channel: Nil where there is none but the descriptor.
  static func hand(
    _ handler: Pointer, on queue: Pointer?, channel: Pointer?, descriptor: Int32, frame: UInt,
    real: (Pointer) -> Void
  ) {
    let own = unsafe IOHandler(
      DispatchBody(copying: handler), on: queue, channel: channel, descriptor: descriptor,
      frame: frame)
    unsafe own.asBlock { block in unsafe real(block) }
  }

  /// Has `real` make a channel, with a block in the place of its last handler.
  static func makeChannel(
    _ handler: Pointer?, on queue: Pointer?, descriptor: Int32, frame: UInt,
    real: (Pointer?) -> Pointer?
  ) -> Pointer? {
    guard let handler = unsafe handler else { return unsafe real(nil) }
    let own = unsafe IOHandler(
      DispatchBody(copying: handler), on: queue, channel: nil, descriptor: descriptor, frame: frame)
    guard let channel = unsafe own.asBlock({ block in unsafe real(block) }) else { return nil }
    // Nobody closes it before it is known.
    own.setChannel(UInt(bitPattern: channel))
    return unsafe channel
  }
}

/// One handler; its own address stands for the queue that it runs on.
private final class IOHandler: DispatchHandler, @unchecked Sendable {
  private let body: DispatchBody
  private let descriptor: Int32
  private let stack: UInt32
  private var channel: UInt

  private var own: DispatchIO.Pointer { unsafe Unmanaged.passUnretained(self).toOpaque() }
  private var channelPointer: DispatchIO.Pointer? {
    unsafe DispatchIO.Pointer(bitPattern: channel)
  }

  init(
    _ body: DispatchBody, on queue: DispatchIO.Pointer?, channel: DispatchIO.Pointer?,
    descriptor: Int32, frame: UInt
  ) {
    self.body = body
    self.descriptor = descriptor
    self.channel = UInt(bitPattern: channel)
    stack = CapturedStack.number(frame: frame)
    super.init()
    unsafe DispatchQueues.begin(own, as: .lock, name: nil, target: queue, frame: frame)
    unsafe DispatchGates.open(own, frame: frame)
  }

  deinit {
    unsafe Instances.end(own)
    unsafe DispatchGates.end(own)
    body.release()
  }

  func setChannel(_ channel: UInt) { self.channel = channel }

  override func run(_ a: UInt, _ b: UInt, _ c: UInt) {
    lc_note_received_from(descriptor)
    if let channel = unsafe channelPointer { unsafe DispatchGates.pass(channel, stack: stack) }
    let target = unsafe DispatchQueues.target(of: own)
    unsafe DispatchQueues.run(on: own, .alone, target: target, stack: stack) { body.call(a, b, c) }
    if let channel = unsafe channelPointer { unsafe DispatchGates.open(channel, stack: stack) }
  }
}
