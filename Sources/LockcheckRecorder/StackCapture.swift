import CLibunwind
import CLockcheckShims
import LockcheckTrace

/// Where in the code a thread is, as the number of a stack in the depot.
///
/// The chain of frame pointers is walked: its hash is the stack's name. A thread remembers its last few
/// chains, and only compares where it finds itself in one of them again. libunwind completes a
/// stack when it is first seen, since frame pointers end where code was compiled without them. So two
/// stacks that differ only beyond such code count as one; `full` captures, which use libunwind each
/// time, tell them apart.
@safe enum StackCapture {
  /// The values of `lc_session.stacks`.
  static let none: UInt32 = 0
  static let fast: UInt32 = 1
  static let full: UInt32 = 2
  static let unwind: UInt32 = 3

  /// The number of the stack that begins at the return address of `frame`; 0 where none is wanted or
  /// there is no room for it.
  @inline(__always)
  static func stack(
    of thread: UnsafeMutablePointer<lc_thread>, in session: UnsafeMutablePointer<lc_session>,
    frame: UInt
  ) -> UInt32 {
    guard unsafe session.pointee.stacks != none else { return 0 }
    if unsafe session.pointee.stacks == full {
      return unsafe complete(thread, in: session, frame: frame).number
    }
    if unsafe session.pointee.stacks == unwind {
      let known = unsafe lc_recall_unwound(thread, session.pointee.number, frame)
      return known != 0 ? known : unsafe unwindAndRemember(thread, in: session, frame: frame)
    }
    let known = unsafe lc_recall(thread, session.pointee.number, frame)
    return known != 0 ? known : unsafe walk(thread, in: session, frame: frame)
  }

  /// A stack that the thread has not had lately.
  @inline(never)
  private static func walk(
    _ thread: UnsafeMutablePointer<lc_thread>, in session: UnsafeMutablePointer<lc_session>,
    frame: UInt
  ) -> UInt32 {
    var hash: UInt64 = 0
    let addresses = unsafe lc_scratch(thread)
    let count = unsafe lc_walk(
      thread, frame, addresses, Int(session.pointee.depth), &hash)
    let number = lc_depot_find(hash)
    if number != 0, unsafe lc_bits_contain(session.pointee.written_stacks, number) {
      unsafe lc_remember(thread, session.pointee.number, frame, count, number)
      return number
    }
    return unsafe note(number, hash: hash, count: count, thread, in: session, frame: frame)
  }

  /// A stack that this recording has not seen.
  @inline(never)
  private static func note(
    _ known: UInt32, hash: UInt64, count: Int, _ thread: UnsafeMutablePointer<lc_thread>,
    in session: UnsafeMutablePointer<lc_session>, frame: UInt
  ) -> UInt32 {
    var count = count
    var isComplete = false
    let depth = unsafe Int(session.pointee.depth)
    if known == 0, let unwound = unsafe unwind(thread, depth: depth, frame: frame) {
      count = unwound
      isComplete = true
    }
    return unsafe intern(hash, count: count, isComplete, thread, in: session)
  }

  /// A stack that the thread has not had lately, of code that may keep no frame pointers.
  @inline(never)
  private static func unwindAndRemember(
    _ thread: UnsafeMutablePointer<lc_thread>, in session: UnsafeMutablePointer<lc_session>,
    frame: UInt
  ) -> UInt32 {
    let found = unsafe complete(thread, in: session, frame: frame)
    if found.number != 0 {
      unsafe lc_remember_unwound(
        thread, session.pointee.number, frame, found.count, found.number)
    }
    return found.number
  }

  /// A stack by libunwind, or by frame pointers where there is none, and how deep it is.
  @inline(never)
  private static func complete(
    _ thread: UnsafeMutablePointer<lc_thread>, in session: UnsafeMutablePointer<lc_session>,
    frame: UInt
  ) -> (number: UInt32, count: Int) {
    var hash: UInt64 = 0
    let addresses = unsafe lc_scratch(thread)
    let unwound = unsafe unwind(thread, depth: Int(session.pointee.depth), frame: frame)
    let count: Int
    if let unwound {
      count = unwound
      hash = unsafe lc_hash_addresses(addresses, count)
    } else {
      count = unsafe lc_walk(thread, frame, addresses, Int(session.pointee.depth), &hash)
    }
    let number = lc_depot_find(hash)
    if number != 0, unsafe lc_bits_contain(session.pointee.written_stacks, number) {
      return (number, count)
    }
    return (unsafe intern(hash, count: count, unwound != nil, thread, in: session), count)
  }

  /// Fills the thread's scratch with the whole stack from the return address of `frame` outward, and
  /// cuts off the recorder's own frames.
  static func unwind(
    _ thread: UnsafeMutablePointer<lc_thread>, depth: Int, frame: UInt
  ) -> Int? {
    guard let addresses = unsafe lc_scratch(thread) else { return nil }
    let first = lc_return_address(frame)
    let kept = unsafe addresses[0]
    let count = unsafe Int(lc_unwind(addresses, Int(LC_SCRATCH)))
    // By hand: `first(where:)` allocates where nothing is optimized, and this may be the program's allocator.
    var start = 0
    while unsafe start < count && addresses[start] != first { start += 1 }
    guard start < count else {
      // Without libunwind, or where it lost its way: the walk's result is put back.
      if count > 0 {
        var hash: UInt64 = 0
        _ = unsafe lc_walk(thread, frame, addresses, depth, &hash)
      } else {
        unsafe addresses[0] = kept
      }
      return nil
    }
    let length = min(count - start, depth)
    for index in 0..<length { unsafe addresses[index] = addresses[start + index] }
    // The outermost frame of a thread has no caller.
    return unsafe length > 1 && addresses[length - 1] == 0 ? length - 1 : length
  }

  /// The stack that makes an object, for the recording in force.
  static func creation(frame: UInt) -> UInt32 {
    guard let thread = unsafe lc_current() ?? lc_attach(), unsafe lc_enter(thread) else { return 0 }
    defer { unsafe lc_leave(thread) }
    guard let session = unsafe Session.inForce(on: thread) else { return 0 }
    return unsafe stack(of: thread, in: session, frame: frame)
  }

  /// Puts the stack into the depot and its row into the file.
  static func intern(
    _ hash: UInt64, count: Int, _ isComplete: Bool, _ thread: UnsafeMutablePointer<lc_thread>,
    in session: UnsafeMutablePointer<lc_session>
  ) -> UInt32 {
    lc_lock()
    defer { lc_unlock() }
    let number = unsafe lc_depot_insert(hash, lc_scratch(thread), count, isComplete ? 1 : 0)
    guard number != 0, unsafe Session.file(of: session).writeStack(number, in: session) else {
      return 0
    }
    return number
  }

  /// Loads libunwind, once. False where it is not there.
  static let hasUnwinder: Bool = {
    guard let unwinder = unsafe lc_load_unwinder("libunwind.so.8") else { return false }
    unsafe lc_set_unwinder(unwinder)
    return true
  }()
}
