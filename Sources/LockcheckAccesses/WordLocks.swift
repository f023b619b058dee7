import CLockcheckAccesses
import CLockcheckInterpose
import LockcheckInterpose
import LockcheckRecorder
import LockcheckTrace

/// Locks of one word that the code of their users takes and gives back by itself, as that of Swift's
/// `Mutex` does.
@c(lc_record_word_lock) public func recordWordLock(
  _ word: UnsafeMutablePointer<UInt32>, _ step: UInt32
) {
  unsafe WordLocks.record(
    word, isAcquire: step != UInt32(LC_WORD_UNLOCK), isTry: step == UInt32(LC_WORD_TRY))
}

enum WordLocks {
  @inline(never)
  static func record(_ word: UnsafeMutablePointer<UInt32>, isAcquire: Bool, isTry: Bool) {
    let frame = lc_outermost_frame()
    guard let instance = unsafe Instances.at(word, as: .lock, frame: frame) else { return }
    if isAcquire {
      // It had to wait, and the kernel's answer was recorded.
      if unsafe instance.pointee.isCallers() { return }
      let form = EventForm(
        .acquire, mode: .exclusive, isPending: false, attempt: isTry ? .try : .blocking,
        result: .success)
      let session = unsafe instance.pointee.object.append(form, order: .ofHolder, frame: frame)
      unsafe instance.pointee.noteAcquire(in: session)
      unsafe instance.pointee.noteCaller(holds: true)
    } else {
      unsafe instance.pointee.noteCaller(holds: false)
      let session = unsafe instance.pointee.noteRelease()
      unsafe instance.pointee.object.appendRelease(.exclusive, takenIn: session, frame: frame)
    }
  }
}

/// What a program says by annotation: what goes before a release at an address comes before what goes
/// after an acquire at it.
@c(lc_record_annotation) public func recordAnnotation(_ address: UInt, _ isAcquire: Bool) {
  Annotations.record(address, isAcquire: isAcquire)
}

/// Called where the code of the program has looked at a word that may be what Dispatch does once.
@c(lc_record_once) public func recordOnce(_ address: UInt, _ isDone: Bool) -> Bool {
  DispatchOnce.look(at: address, isDone: isDone, frame: lc_outermost_frame())
}

enum Annotations {
  /// Under the address behind: what is annotated may be a lock by itself, as that of Swift's `once` is, and one
  /// address stands for one object.
  @inline(never)
  static func record(_ address: UInt, isAcquire: Bool) {
    let frame = lc_outermost_frame()
    guard let place = unsafe UnsafeRawPointer(bitPattern: address &+ 1),
      let instance = unsafe Instances.at(place, as: .variable, frame: frame)
    else { return }
    // Several may release what one then acquires: an update keeps what was given before.
    unsafe instance.pointee.object.append(
      EventForm(isAcquire ? .atomicRead : .atomicUpdate), order: .ofObject, frame: frame)
  }
}

/// A lock that the program tells of by annotation.
@c(lc_record_annotated_lock) public func recordAnnotatedLock(
  _ address: UInt, _ flags: UInt32, _ step: Int32
) {
  let frame = lc_outermost_frame()
  switch step {
  case 3: AnnotatedLocks.end(address, flags: flags)
  case 4: AnnotatedLocks.begin(address, flags: flags, frame: frame)
  default:
    AnnotatedLocks.record(
      address, isShared: flags & 8 != 0, isTry: flags & 16 != 0, step: step, frame: frame)
  }
}

enum AnnotatedLocks {
  /// Of `sanitizer/tsan_interface.h`: static data holds it; it may be used after its destructor has run.
  private static let linkerInitialized: UInt32 = 1
  private static let notStatic: UInt32 = 256

  /// One that the program makes, or says it has made: it keeps what was said of it.
  @inline(never)
  static func begin(_ address: UInt, flags: UInt32, frame: UInt) {
    let place = unsafe UnsafeRawPointer(bitPattern: address)
    unsafe Instances.at(place, as: .rwlock, frame: frame)?.pointee.setFlags(flags)
  }

  /// Its destructor has run; locks of static data may still be used.
  @inline(never)
  static func end(_ address: UInt, flags: UInt32) {
    let place = unsafe UnsafeRawPointer(bitPattern: address)
    let made = unsafe Instances.known(at: place)?.pointee.flags ?? 0
    if made & linkerInitialized != 0 || (flags & notStatic != 0 && made & notStatic == 0) { return }
    unsafe Instances.end(place)
  }

  /// - Parameter step: 0 it was taken, 1 it was not, 2 it is about to be given back.
  @inline(never)
  static func record(_ address: UInt, isShared: Bool, isTry: Bool, step: Int32, frame: UInt) {
    let place = unsafe UnsafeRawPointer(bitPattern: address)
    guard let instance = unsafe Instances.at(place, as: .rwlock, frame: frame) else { return }
    let mode = isShared ? LockMode.shared : .exclusive
    let order = isShared ? EventOrder.ofObject : .ofHolder
    if step == 2 {
      let form = EventForm(
        .release, mode: mode, isPending: false, attempt: .blocking, result: .success)
      unsafe instance.pointee.object.append(form, order: order, frame: frame)
      return
    }
    let form = EventForm(
      .acquire, mode: mode, isPending: false, attempt: isTry ? .try : .blocking,
      result: step == 0 ? .success : .failed)
    unsafe instance.pointee.object.append(
      form, order: step == 0 ? order : .ofThread, frame: frame)
  }
}
