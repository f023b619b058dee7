import Glibc

nonisolated(unsafe) private var body: (() -> Void)?

/// Lets the signal in on this thread: those of Dispatch keep signals out.
func unblock(_ signal: Int32) {
  var set = sigset_t()
  unsafe sigemptyset(&set)
  unsafe sigaddset(&set, signal)
  unsafe pthread_sigmask(SIG_UNBLOCK, &set, nil)
}

/// Runs `work` in a signal handler that has a stack of its own.
func onAlternateStack(_ work: () -> Void) {
  withoutActuallyEscaping(work) { work in
    unsafe body = work
    let size = 1 << 18
    let memory = UnsafeMutableRawPointer.allocate(byteCount: size, alignment: 4096)
    var stack = unsafe stack_t()
    unsafe stack.ss_sp = unsafe memory
    unsafe stack.ss_size = size
    var old = unsafe stack_t()
    unsafe sigaltstack(&stack, &old)
    var action = sigaction()
    unsafe action.__sigaction_handler.sa_handler = { _ in unsafe body?() }
    action.sa_flags = Int32(SA_ONSTACK)
    var before = sigaction()
    unsafe sigaction(SIGUSR2, &action, &before)
    unblock(SIGUSR2)
    raise(SIGUSR2)
    unsafe sigaction(SIGUSR2, &before, nil)
    unsafe sigaltstack(&old, nil)
    unsafe memory.deallocate()
    unsafe body = nil
  }
}
