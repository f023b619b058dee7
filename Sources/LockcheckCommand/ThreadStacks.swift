import Glibc

/// What stacks the threads of this process have.
///
/// `ulimit -s` also sets how much a thread gets that asks for nothing. In a shell where it is small, for the sake
/// of the threads of some other program, a trace that nests deeply, or has deep stacks, would end the command.
enum ThreadStacks {
  /// What the command works with, in bytes; the usual limit.
  private static let enough = 8 << 20

  /// Runs `body` with a stack that is large enough, on another thread if need be.
  ///
  /// A limit of 1 MiB and more is left as it is. The body ends the process, or returns.
  static func makeEnough(for body: @escaping () -> Void) {
    var limit = rlimit()
    guard unsafe getrlimit(__rlimit_resource_t(RLIMIT_STACK.rawValue), &limit) == 0,
      limit.rlim_cur < 1 << 20
    else { return body() }
    guard !onLargeThread(body) else { return }
    body()
  }

  /// - Returns: Whether there was a thread for it.
  private static func onLargeThread(_ body: @escaping () -> Void) -> Bool {
    var attributes = pthread_attr_t()
    unsafe pthread_attr_init(&attributes)
    defer { unsafe pthread_attr_destroy(&attributes) }
    unsafe pthread_attr_setstacksize(&attributes, enough)
    makeUsual(&attributes)
    // Signals are the other thread's, which has the mask that this one had until now.
    var all = sigset_t()
    var mask = sigset_t()
    unsafe sigfillset(&all)
    unsafe pthread_sigmask(SIG_SETMASK, &all, &mask)
    defer { unsafe pthread_sigmask(SIG_SETMASK, &mask, nil) }
    let work = unsafe Unmanaged.passRetained(Work(body, mask))
    var thread = pthread_t()
    let error = unsafe pthread_create(
      &thread, &attributes,
      { work in
        guard let work = unsafe work else { return nil }
        unsafe Unmanaged<Work>.fromOpaque(work).takeRetainedValue().run()
        return nil
      }, work.toOpaque())
    guard error == 0 else {
      unsafe work.release()
      return false
    }
    pthread_join(thread, nil)
    return true
  }

  /// What threads get from here on that ask for nothing, those of libraries too.
  private static func makeUsual(_ attributes: inout pthread_attr_t) {
    // The module of the C library leaves its own extensions out.
    guard let symbol = unsafe dlsym(nil, "pthread_setattr_default_np") else { return }
    typealias Setter = @convention(c) (UnsafePointer<pthread_attr_t>) -> Int32
    _ = unsafe unsafeBitCast(symbol, to: Setter.self)(&attributes)
  }
}

/// The body, and the signals that its thread holds back.
private final class Work {
  private let body: () -> Void
  private var mask: sigset_t

  init(_ body: @escaping () -> Void, _ mask: sigset_t) {
    self.body = body
    self.mask = mask
  }

  func run() {
    unsafe pthread_sigmask(SIG_SETMASK, &mask, nil)
    body()
  }
}
