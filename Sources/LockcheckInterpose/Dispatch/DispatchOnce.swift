import CLockcheckInterpose
import CLockcheckShims
import LockcheckRecorder
import LockcheckTrace
import Synchronization

/// Dispatch's initialization that happens once, as ``Once`` records that of the C library. Where it is done,
/// callers compiled by clang for processors of Intel's kind do not call: they look at the predicate.
package enum DispatchOnce {
  static func run(
    _ body: DispatchBody, _ predicate: UnsafeMutablePointer<Int>, frame: UInt
  ) {
    let instance = unsafe Instances.at(UnsafeRawPointer(predicate), as: .rwlock, frame: frame)
    if unsafe lc_dispatch_once_is_done(predicate) {
      return unsafe pass(instance, frame: frame)
    }
    if let instance = unsafe instance, unsafe predicate.pointee != 0 {
      unsafe instance.pointee.object.append(
        .pendingAcquire(.shared), order: .ofThread, frame: frame)
    }
    var call = unsafe Call(body: body, instance: instance, predicate: predicate, frame: frame)
    unsafe withUnsafeMutablePointer(to: &call) { call in
      unsafe lc_real_dispatch_once_f(predicate, call) { context in
        unsafe context?.assumingMemoryBound(to: Call.self).pointee.run()
      }
    }
    if call.hasRun {
      if let instance = unsafe instance { _ = unsafe lc_once_is_known(instance) }
    } else {
      unsafe pass(instance, frame: frame)
    }
  }

  /// What was run comes before whatever the thread does next; said once to each.
  private static func pass(_ instance: Instances.Reference?, frame: UInt) {
    if let instance = unsafe instance, unsafe !lc_once_is_known(instance) {
      unsafe Once.pass(instance, frame: frame)
    }
  }

  /// As ``run(_:_:frame:)``, of a caller that has found the predicate done, if it is one.
  package static func passUncalled(at address: UInt, frame: UInt) {
    let place = unsafe UnsafeRawPointer(bitPattern: address)
    guard let instance = unsafe Instances.known(at: place),
      unsafe instance.pointee.kind == .rwlock,
      unsafe instance.pointee.partner.load(ordering: .relaxed) != 0
    else { return }
    unsafe pass(instance, frame: frame)
  }

  /// One caller, on its stack.
  @safe private struct Call {
    let body: DispatchBody
    let instance: Instances.Reference?
    let predicate: UnsafeMutablePointer<Int>
    let frame: UInt
    var hasRun = false

    init(
      body: DispatchBody, instance: Instances.Reference?, predicate: UnsafeMutablePointer<Int>,
      frame: UInt
    ) {
      self.body = body
      unsafe self.instance = instance
      unsafe self.predicate = predicate
      self.frame = frame
    }

    mutating func run() {
      hasRun = true
      if let instance = unsafe instance {
        unsafe instance.pointee.acquired(.blocking, .success, frame: frame)
      }
      body.call()
      if let instance = unsafe instance {
        unsafe Once.tell(instance, at: UInt(bitPattern: predicate), frame: frame)
        unsafe instance.pointee.released(frame: frame)
      }
    }
  }
}
