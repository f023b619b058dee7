import CLockcheckInterpose
import CLockcheckShims
import LockcheckRecorder
import LockcheckTrace

/// Dispatch's initialization that happens once, as ``Once`` records that of the C library. Where it is done,
/// callers compiled by clang do not come here.
enum DispatchOnce {
  static func run(
    _ body: DispatchBody, _ predicate: UnsafeMutablePointer<Int>, frame: UInt
  ) {
    guard unsafe predicate.pointee != ~0 else { return }
    let instance = unsafe Instances.at(UnsafeRawPointer(predicate), as: .rwlock, frame: frame)
    if let instance = unsafe instance, unsafe predicate.pointee != 0 {
      unsafe instance.pointee.object.append(
        .pendingAcquire(.shared), order: .ofThread, frame: frame)
    }
    var call = unsafe Call(body: body, instance: instance, frame: frame)
    unsafe withUnsafeMutablePointer(to: &call) { call in
      unsafe lc_real_dispatch_once_f(predicate, call) { context in
        unsafe context?.assumingMemoryBound(to: Call.self).pointee.run()
      }
    }
    if let instance = unsafe instance, !call.hasRun {
      let session = unsafe instance.pointee.object.append(
        .done(.acquire, mode: .shared), order: .ofObject, frame: frame)
      unsafe instance.pointee.object.appendRelease(
        .shared, takenIn: session, order: .ofObject, frame: frame)
    }
  }

  /// One caller, on its stack.
  @safe private struct Call {
    let body: DispatchBody
    let instance: Instances.Reference?
    let frame: UInt
    var hasRun = false

    init(body: DispatchBody, instance: Instances.Reference?, frame: UInt) {
      self.body = body
      unsafe self.instance = instance
      self.frame = frame
    }

    mutating func run() {
      hasRun = true
      if let instance = unsafe instance {
        unsafe instance.pointee.acquired(.blocking, .success, frame: frame)
      }
      body.call()
      if let instance = unsafe instance { unsafe instance.pointee.released(frame: frame) }
    }
  }
}
