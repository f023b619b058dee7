import CLockcheckInterpose
import CLockcheckShims
import LockcheckRecorder
import LockcheckTrace

/// Sources, as they are recorded: a serial queue that runs their handlers, and has their queue as its target.
/// What sets one up, gives it data, resumes or cancels it comes before the runs behind it.
enum DispatchSources {
  typealias Pointer = UnsafeMutableRawPointer

  static func begin(_ source: Pointer, on queue: Pointer?, frame: UInt) {
    unsafe DispatchQueues.begin(source, as: .lock, name: nil, target: queue, frame: frame)
  }

  /// Sets a handler: a block, or a function that is called with what is the source's context then.
  static func set(
    _ body: DispatchBody?, of source: Pointer, frame: UInt, real: (Pointer?) -> Void
  ) {
    unsafe DispatchGates.open(source, frame: frame)
    guard let body else { return real(nil) }
    let stack = CapturedStack.number(frame: frame)
    unsafe SourceHandler(body, of: source, stack: stack).asBlock { own in unsafe real(own) }
  }

  static func set(
    function: UnsafeMutableRawPointer?, of source: Pointer, frame: UInt, real: (Pointer?) -> Void
  ) {
    let work = unsafe function.map { unsafe unsafeBitCast($0, to: lc_work.self) }
    unsafe set(work.map { unsafe DispatchBody($0, nil) }, of: source, frame: frame, real: real)
  }
}

@safe private final class SourceHandler: DispatchHandler, @unchecked Sendable {
  private let body: DispatchBody
  /// Keeps the handler, and so outlives it.
  private let source: DispatchSources.Pointer
  /// Where it was set.
  private let stack: UInt32

  init(_ body: DispatchBody, of source: DispatchSources.Pointer, stack: UInt32) {
    self.body = body
    unsafe self.source = source
    self.stack = stack
  }
  deinit { body.release() }

  override func run(_ a: UInt, _ b: UInt, _ c: UInt) {
    // Where it is a descriptor, Dispatch has looked at it for the handler.
    let handle = unsafe lc_real_dispatch_source_get_handle(source)
    if handle != 0 { lc_note_received_from(Int32(truncatingIfNeeded: handle)) }
    let target = unsafe DispatchQueues.target(of: source)
    unsafe DispatchQueues.run(on: source, .alone, target: target, stack: stack) {
      unsafe body.call(withContextOf: source)
    }
  }
}
