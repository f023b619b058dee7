internal import CLockcheckShims
internal import Glibc
internal import LockcheckRecorder

/// What the live checks keep for one thread, in flat memory that is never given back: the locks it holds,
/// and the pairs of locks it has been seen to nest.
@safe package struct LiveThread {
  private let live: UnsafeMutablePointer<lc_live>

  /// A lock that the thread holds.
  struct Hold {
    let object: UInt32
    /// Where it was taken, by its number in the depot.
    let stack: UInt32
    let isShared: Bool
  }

  /// Begins to look at something on the calling thread. Nil where it does so already, as in a signal
  /// handler, and without memory. ``leave()`` must follow.
  @inline(__always)
  package static func enter() -> LiveThread? {
    guard let live = unsafe lc_live_current() ?? lc_live_attach(), unsafe lc_live_enter(live)
    else { return nil }
    return unsafe LiveThread(live: live)
  }

  /// Ends the look.
  @inline(__always)
  package func leave() { unsafe lc_live_leave(live) }

  /// The kernel's number; 0 once the thread has ended.
  var number: UInt32 { unsafe live.pointee.tid }

  /// What reports call it.
  var name: String {
    let name = unsafe String(cString: lc_live_name(live))
    if !name.isEmpty { return "thread '\(name)'" }
    return getpid() == pid_t(bitPattern: number) ? "the main thread" : "thread \(number)"
  }

  /// Says what the program calls the thread.
  func setName(_ name: String) {
    var name = name
    name.withUTF8 { unsafe lc_live_set_name(live, $0.baseAddress, $0.count) }
  }

  /// The number of the stack that begins at the return address of `frame`: its innermost frames, since
  /// locks are taken often.
  @inline(__always)
  func stackOfHold(frame: UInt) -> UInt32 {
    unsafe ThreadStack.number(frame: frame, remembered: lc_live_remembered(live))
  }

  /// Whether it has taken the lock before under all that it holds now.
  @inline(__always)
  func knowsAllPairs(taking object: UInt32) -> Bool { unsafe lc_live_knows_all_pairs(live, object) }

  /// The holds under which it has never taken the lock; from now on it has.
  func takeNewPairs(taking object: UInt32) -> [Hold] {
    holds.filter { hold in
      if unsafe lc_live_knows_pair(live, hold.object, object) { return false }
      unsafe lc_live_note_pair(live, hold.object, object)
      return true
    }
  }

  /// Notes a lock that it has just taken.
  @inline(__always)
  func push(_ object: UInt32, stack: UInt32, isShared: Bool) {
    unsafe lc_live_push(live, object, stack, isShared)
  }

  /// Forgets a lock that it is about to give back.
  @inline(__always)
  func pop(_ object: UInt32) { unsafe lc_live_pop(live, object) }

  /// What it holds, in the order in which it was taken.
  var holds: [Hold] {
    unsafe (0..<lc_live_hold_count(live)).map { index in
      let hold = unsafe lc_live_hold(live, index)
      return Hold(object: hold.object, stack: hold.stack, isShared: hold.is_shared != 0)
    }
  }

  /// Gives the structure of the calling thread back. Under the lock of the live checks.
  static func endCurrent() { lc_live_detach() }

  /// Whether the calling thread has a structure.
  static var isCurrentKnown: Bool { unsafe lc_live_current() != nil }

  /// Whether the thread of that number has one. Under the lock of the live checks.
  static func isKnown(_ number: UInt32) -> Bool {
    var next = unsafe lc_live_first()
    while let live = unsafe next {
      if unsafe live.pointee.tid == number { return true }
      unsafe next = live.pointee.next
    }
    return false
  }

  /// How many threads have one. Under the lock of the live checks.
  static var count: Int {
    var count = 0
    var next = unsafe lc_live_first()
    while let live = unsafe next {
      if unsafe live.pointee.tid != 0 { count += 1 }
      unsafe next = live.pointee.next
    }
    return count
  }

  /// Those of all threads that have one. Under the lock of the live checks.
  static var all: [LiveThread] {
    var threads: [LiveThread] = []
    var next = unsafe lc_live_first()
    while let live = unsafe next {
      if unsafe live.pointee.tid != 0 { unsafe threads.append(LiveThread(live: live)) }
      unsafe next = live.pointee.next
    }
    return threads
  }
}
