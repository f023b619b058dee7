internal import CLockcheckShims
internal import Glibc

/// A thread of the system's, detached: whoever waits for its end does so in its own way.
enum PlatformThread {
  /// Starts a thread that runs `body`.
  ///
  /// - Returns: 0, or the error number for which the system refused.
  static func spawn(_ body: @escaping @Sendable () -> Void) -> CInt {
    var attributes = pthread_attr_t()
    unsafe pthread_attr_init(&attributes)
    defer { unsafe pthread_attr_destroy(&attributes) }
    unsafe pthread_attr_setdetachstate(&attributes, CInt(PTHREAD_CREATE_DETACHED))
    let package = unsafe Unmanaged.passRetained(Package(body))
    var thread = pthread_t()
    let result = unsafe pthread_create(
      &thread, &attributes,
      { argument in
        guard let argument = unsafe argument else { return nil }
        unsafe Unmanaged<Package>.fromOpaque(argument).takeRetainedValue().body()
        return nil
      }, package.toOpaque())
    if result != 0 { unsafe package.release() }
    return result
  }

  /// Gives the calling thread a name that debuggers and `/proc` show: the first 15 bytes of it.
  static func setName(_ name: String) {
    var short = name
    while short.utf8.count > 15 { short.removeLast() }
    unsafe lc_name_this_thread(short)
  }

  private final class Package: Sendable {
    let body: @Sendable () -> Void
    init(_ body: @escaping @Sendable () -> Void) { self.body = body }
  }
}

/// The system's words for an error number.
func describe(errno number: CInt) -> String {
  guard let text = unsafe strerror(number) else { return "error \(number)" }
  return unsafe String(cString: text)
}

/// Writes a line to standard error, in one piece so that threads do not mix their lines.
func writeToStandardError(_ line: String) {
  let bytes = Array((line + "\n").utf8)
  var written = 0
  while written < bytes.count {
    let count = unsafe bytes[written...].withUnsafeBytes {
      unsafe write(STDERR_FILENO, $0.baseAddress, $0.count)
    }
    if count >= 0 {
      written += count
    } else if errno != EINTR {
      return
    }
  }
}

/// The value of a variable of the environment.
func environment(_ name: String) -> String? {
  guard let value = unsafe getenv(name) else { return nil }
  return unsafe String(cString: value)
}
