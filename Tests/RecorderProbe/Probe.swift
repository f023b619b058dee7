import Glibc
import Lockcheck
import LockcheckRecorder
import LockcheckTasks
import LockcheckTrace

/// A lock whose every event says how many there were on it before.
@safe final class NumberedLock: @unchecked Sendable {
  private let recorded: RecordedObject
  private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  private var next: UInt64 = 0

  init(_ name: String) {
    recorded = RecordedObject(.lock, name: name)
    unsafe pthread_mutex_init(mutex, nil)
  }

  func withLock(_ body: () -> Void) {
    unsafe pthread_mutex_lock(mutex)
    recorded.record(.acquire, argument: next)
    next += 1
    body()
    recorded.record(.release, argument: next)
    next += 1
    unsafe pthread_mutex_unlock(mutex)
  }
}

/// `fork`, which Swift does not import: the child may only do what a signal handler may, and this one
/// does little more.
@_silgen_name("fork") func forkProcess() -> Int32

/// What the probe does; apart from `main.swift`, whose code belongs to the main actor.
enum Probe {
  static let locks = (0..<3).map { NumberedLock("lock \($0)") }

  static func work(_ rounds: Int) {
    for round in 0..<rounds { locks[round % 3].withLock {} }
  }

  static func run(_ recorder: Recorder, _ way: String) {
    recorder.record {
      work(10)
      end(way)
    }
  }

  private static func end(_ way: String) {
    switch way {
    case "loop", "newest":
      for number in 0..<3 { startWorker(number) }
      _ = unsafe write(STDOUT_FILENO, "ready\n", 6)
      while true { work(1000) }
    case "fork":
      let child = forkProcess()
      if child == 0 {
        work(100)
        exit(0)
      }
      waitpid(child, nil, 0)
      work(10)
    case "fork-thread":
      let isOver = Lockcheck.Event()
      let thread = CheckedThread { isOver.wait() }
      thread.start()
      let child = forkProcess()
      if child == 0 { exit(0) }
      waitpid(child, nil, 0)
      isOver.set()
      thread.join()
    case "deadlock": closeCycle()
    case "closed": for stream in 0...2 as ClosedRange<Int32> { _ = unsafe write(stream, "x\n", 2) }
    case "_exit": _exit(3)
    case "abort": abort()
    case "exit": exit(3)
    default: break
    }
  }

  /// Two threads that take two locks in opposite orders, with the live checks on: the process ends with
  /// status 5.
  private static func closeCycle() {
    var settings = CheckSettings()
    settings.onDeadlock = .exit(5)
    Checking.start(settings)
    let (a, b) = (Lock(name: "A"), Lock(name: "B"))
    a.lock()
    CheckedThread(name: "other") { b.withLock { a.withLock {} } }.start()
    while !a.isContended { sched_yield() }
    b.lock()
  }

  private static func startWorker(_ number: Int) {
    let thread = RecordedThread(name: "worker \(number)")
    thread.recordFork()
    let box = unsafe Unmanaged.passRetained(thread).toOpaque()
    var handle = pthread_t()
    unsafe pthread_create(&handle, nil, { unsafe workForEver($0) }, box)
  }
}

/// What a worker does.
private func workForEver(_ argument: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
  guard let argument = unsafe argument else { return nil }
  let thread = unsafe Unmanaged<RecordedThread>.fromOpaque(argument).takeRetainedValue()
  thread.enter()
  while true { Probe.work(1000) }
}
