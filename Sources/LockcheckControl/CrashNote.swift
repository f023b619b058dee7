internal import CLockcheckShims

/// Has a process that crashes in a schedule say in which.
///
/// A trap ends the process before anybody can tell the failure. So the token lies ready for the signal handler,
/// which writes it to standard error and lets the signal do what it would have done.
@safe final class CrashNote: @unchecked Sendable {
  private static var size: Int { 256 }
  private let text: UnsafeMutablePointer<CChar>

  init() {
    unsafe text = .allocate(capacity: Self.size)
    unsafe text.initialize(repeating: 0, count: Self.size)
    lc_notes_begin()
  }

  deinit {
    lc_notes_end()
    unsafe text.deallocate()
  }

  /// The schedule that begins is this one; nil where nothing is to be said. While no thread is in it.
  func write(_ token: String?) {
    var end = 0
    for byte in (token ?? "").utf8.prefix(Self.size - 1) {
      unsafe text[end] = CChar(bitPattern: byte)
      end += 1
    }
    unsafe text[end] = 0
  }

  /// The note is about the calling thread from now on.
  func begin() { unsafe lc_set_note(text) }

  /// It is not, any more.
  static func end() { lc_set_note(nil) }
}
