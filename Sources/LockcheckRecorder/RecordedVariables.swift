import CLockcheckShims
package import LockcheckTrace

/// Accesses to the memory of a program, whose words have numbers of their own and no objects of ours
/// behind them.
package enum RecordedVariables {
  /// Finds the addresses of a stack, innermost first, in room for as many as are wanted.
  package typealias StackAddresses = (UnsafeMutablePointer<UInt>?, Int) -> Int

  /// Appends a plain access to each of some variables.
  ///
  /// - Parameters:
  ///   - operation: What is done.
  ///   - numbers: The variables.
  ///   - stackHash: What the stack is known by.
  ///   - addresses: Finds its addresses, where it is met for the first time.
  /// - Returns: Whether it was recorded: not inside the recorder, nor where nothing is.
  @inline(never)
  package static func append(
    _ operation: Operation, to numbers: UnsafeBufferPointer<UInt32>, stackHash: UInt64,
    addresses: StackAddresses
  ) -> Bool {
    guard let thread = unsafe lc_current(), unsafe lc_enter(thread) else { return false }
    guard
      let append = unsafe EventAppend.open(
        on: thread,
        stack: { session in unsafe stack(stackHash, addresses, of: thread, in: session) })
    else { return false }
    for index in numbers.indices {
      append.write(
        EventForm(operation), stamp: append.stamp(after: 0), object: unsafe numbers[index])
    }
    append.close()
    return true
  }

  /// Appends an atomic access by a thread that is in the recorder already, and stays there.
  ///
  /// - Parameter stamp: That of the last event on the variables, which nobody else touches meanwhile;
  ///   then that of this one.
  @inline(never)
  package static func appendAtomic(
    _ form: EventForm, to numbers: UnsafeBufferPointer<UInt32>, stackHash: UInt64,
    stamp: UnsafeMutablePointer<UInt64>, addresses: StackAddresses
  ) -> Bool {
    guard let thread = unsafe lc_current() else { return false }
    guard
      let append = unsafe EventAppend.open(
        on: thread,
        stack: { session in unsafe stack(stackHash, addresses, of: thread, in: session) })
    else {
      unsafe lc_reenter(thread)
      return false
    }
    for index in numbers.indices {
      let next = unsafe append.stamp(after: stamp.pointee)
      append.write(form, stamp: next, object: unsafe numbers[index])
      unsafe stamp.pointee = next
    }
    return true
  }

  /// The number of a stack that is known by a hash and found by somebody else.
  @inline(__always)
  private static func stack(
    _ hash: UInt64, _ addresses: StackAddresses, of thread: UnsafeMutablePointer<lc_thread>,
    in session: UnsafeMutablePointer<lc_session>
  ) -> UInt32 {
    guard unsafe session.pointee.stacks != StackCapture.none else { return 0 }
    let known = lc_depot_find(hash)
    if known != 0, unsafe lc_bits_contain(session.pointee.written_stacks, known) { return known }
    let scratch = unsafe lc_scratch(thread)
    let count = unsafe addresses(scratch, Int(session.pointee.depth))
    return unsafe StackCapture.intern(hash, count: count, true, thread, in: session)
  }

  /// Writes down variables that have got numbers. For a caller that is neither in the recorder nor holds
  /// its lock.
  ///
  /// - Parameters:
  ///   - find: Says which, under the recorder's lock: first number, bytes, address and the stack that made
  ///     them; nil where that has been done.
  ///   - begin: Has them go by those numbers, which are in the file now.
  /// - Returns: False where they could not be written.
  @inline(never)
  package static func introduce(
    _ find: () -> (first: UInt32, bytes: UInt32, address: UInt, creation: UInt32)?,
    begin: () -> Void
  ) -> Bool {
    guard let thread = unsafe lc_current() else { return false }
    let isEntered = unsafe thread.pointee.busy == 0 && lc_enter(thread)
    lc_lock()
    defer {
      lc_unlock()
      if isEntered { unsafe lc_leave(thread) }
    }
    guard let session = unsafe Session.inForce(on: thread) else { return false }
    let file = unsafe Session.file(of: session)
    guard let run = find() else { return true }
    guard file.notesApproximateOrder(),
      unsafe file.writeVariables(
        run.first, bytes: run.bytes, address: run.address, creation: run.creation, in: session)
    else {
      // The access that refers to it is lost, and so is what comes after it.
      let stamp = unsafe EventClock.stamp(on: thread, after: 0)
      unsafe thread.pointee.last = stamp
      unsafe lc_note_loss(session.pointee.header, stamp)
      return false
    }
    begin()
    return true
  }

  /// The stack that makes a block of memory, which begins at the return address of `frame`; 0 where
  /// nothing is recorded.
  @inline(never)
  package static func creation(frame: UInt) -> UInt32 { StackCapture.creation(frame: frame) }
}
