package import CLockcheckShims

/// Where the calling thread is, for whoever looks while the program runs: stacks of the same depot that
/// recordings use, also while nothing is recorded.
package enum ThreadStack {
  /// Stands for the number of a recording among the stacks that a thread remembers.
  private static let session: UInt32 = .max

  /// How many frames a stack has at most; 0 where the environment wants none.
  private static let depth: Int = {
    let configuration = EnvironmentSettings.ofProcess.configuration
    guard configuration.stacks != .none else { return 0 }
    _ = StackCapture.hasUnwinder
    return configuration.stackDepth
  }()

  /// How many frames of a stack that is captured often.
  private static let oftenDepth = min(depth, 12)

  /// The number of the stack that begins at the return address of `frame`; 0 where none is wanted,
  /// there is no room for it, or the thread is in the recorder.
  package static func number(frame: UInt) -> UInt32 {
    guard depth > 0, let thread = unsafe lc_current() ?? lc_attach() else { return 0 }
    return unsafe walk(thread, nil, frame, depth)
  }

  /// As ``number(frame:)``, where it happens often: at most 12 frames, which are compared with those of
  /// the last few stacks that the thread had.
  package static func number(
    frame: UInt, remembered: UnsafeMutablePointer<lc_remembered>
  ) -> UInt32 {
    let depth = oftenDepth
    guard depth > 0, let thread = unsafe lc_current() ?? lc_attach() else { return 0 }
    let known = unsafe lc_recall_in(thread, remembered, session, frame)
    return unsafe known != 0 ? known : walk(thread, remembered, frame, depth)
  }

  /// A stack that the thread has not had lately.
  @inline(never)
  private static func walk(
    _ thread: UnsafeMutablePointer<lc_thread>, _ remembered: UnsafeMutablePointer<lc_remembered>?,
    _ frame: UInt, _ depth: Int
  ) -> UInt32 {
    guard unsafe lc_enter(thread) else { return 0 }
    defer { unsafe lc_leave(thread) }
    var hash: UInt64 = 0
    let addresses = unsafe lc_scratch(thread)
    var count = unsafe lc_walk(thread, frame, addresses, depth, &hash)
    var number = lc_depot_find(hash)
    if number != 0 {
      if let remembered = unsafe remembered {
        unsafe lc_remember_in(thread, remembered, session, frame, count, number)
      }
      return number
    }
    let unwound = unsafe StackCapture.unwind(thread, depth: depth, frame: frame)
    count = unwound ?? count
    lc_lock()
    number = unsafe lc_depot_insert(hash, addresses, count, unwound == nil ? 0 : 1)
    lc_unlock()
    return number
  }

  /// The return addresses of a stack, innermost first.
  package static func addresses(of number: UInt32) -> [UInt] {
    guard number != 0, let stack = unsafe lc_depot_stack(number) else { return [] }
    return unsafe (0..<Int(stack.pointee.count)).map { unsafe lc_stack_address(stack, $0) }
  }
}

extension Recording {
  /// Ends every recording that runs, so that its file is whole: for a process that ends in another way
  /// than by `exit`.
  package static func closeAll() { RunningSession.closeAll() }
}
