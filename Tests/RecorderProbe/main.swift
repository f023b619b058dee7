// Records until something ends it: `RecorderProbe FILE WAY`, where WAY is `loop` (for ever), `exit`,
// `return`, `_exit`, `abort` or `fork`. Writes one line to standard output when events flow.
import Glibc
import LockcheckRecorder
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

let file = CommandLine.arguments[1]
let way = CommandLine.arguments[2]
var configuration = RecorderConfiguration()
configuration.file = file
configuration.bufferSize = 8192
let recorder = Recorder(configuration: configuration)
try recorder.start()
let locks = (0..<3).map { NumberedLock("lock \($0)") }

/// `fork`, which Swift does not import: the child may only do what a signal handler may, and this one
/// does little more.
@_silgen_name("fork") func forkProcess() -> Int32

func work(_ rounds: Int) {
  for round in 0..<rounds {
    locks[round % 3].withLock {}
  }
}

recorder.record {
  work(10)
  switch way {
  case "loop":
    for number in 0..<3 {
      let thread = RecordedThread(name: "worker \(number)")
      thread.recordFork()
      let box = unsafe Unmanaged.passRetained(thread).toOpaque()
      var handle = pthread_t()
      unsafe pthread_create(&handle, nil, { argument in
        let thread = unsafe Unmanaged<RecordedThread>.fromOpaque(argument!).takeRetainedValue()
        thread.enter()
        while true { work(1000) }
      }, box)
    }
    _ = unsafe write(STDOUT_FILENO, "ready\n", 6)
    while true { work(1000) }
  case "fork":
    let child = forkProcess()
    if child == 0 {
      work(100)
      exit(0)
    }
    var status: Int32 = 0
    unsafe waitpid(child, &status, 0)
    work(10)
  case "_exit": _exit(3)
  case "abort": abort()
  case "exit": exit(3)
  default: break
  }
}
