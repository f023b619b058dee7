import Glibc
import Lockcheck
import LockcheckTestKit
import Testing

@Suite struct `A thread` {
  @Test func `runs its body on another thread, and is alive meanwhile`() {
    let begun = Lockcheck.Event()
    let finish = Lockcheck.Event()
    let here = pthread_self()
    let thread = CheckedThread {
      #expect(pthread_equal(here, pthread_self()) == 0)
      begun.set()
      finish.wait()
    }
    #expect(!thread.isAlive)
    thread.start()
    begun.wait()
    #expect(thread.isAlive)
    finish.set()
    thread.join()
    #expect(!thread.isAlive)
  }

  @Test func `has no id before its start, and one of its own for ever after`() {
    let threads = (0..<3).map { _ in CheckedThread {} }
    #expect(threads.allSatisfy { $0.id == nil })
    for thread in threads { thread.start() }
    let ids = threads.compactMap(\.id)
    for thread in threads { thread.join() }
    #expect(Set(ids).count == 3)
    #expect(threads.compactMap(\.id) == ids)
  }

  @Test func `is called Thread, a number and who made it, unless it is given a name`() {
    func serve(_ port: Int) -> CheckedThread { CheckedThread {} }
    #expect(serve(80).name.wholeMatch(of: /Thread-\d+ \(serve\)/) != nil)
    #expect(CheckedThread {}.name != CheckedThread {}.name)
    #expect(CheckedThread(name: "worker") {}.name == "worker")
  }

  @Test func `gives the system the beginning of its name`() {
    let name = SharedAtomic("")
    let thread = CheckedThread(name: "a thread with a long näme") {
      var bytes = [CChar](repeating: 0, count: 16)
      prctlName(&bytes)
      name.store(String(decoding: bytes.prefix { $0 != 0 }.map(UInt8.init), as: UTF8.self))
    }
    thread.start()
    thread.join()
    #expect(name.load() == "a thread with a")
  }

  @Test func `knows itself`() {
    #expect(CheckedThread.current == nil)
    let seen = SharedAtomic<CheckedThread?>(nil)
    let thread = CheckedThread { seen.store(CheckedThread.current) }
    thread.start()
    thread.join()
    #expect(seen.load() === thread)
  }

  @Test func `is not taken for the one that a task of its making runs on`() async {
    let tasks = Queue<Task<Bool, Never>>()
    let thread = started { try tasks.put(Task.detached { CheckedThread.current == nil }) }
    let other = started { try tasks.put(Task { CheckedThread.current == nil }) }
    #expect(end([thread, other]))
    while let task = try? tasks.tryGet() { #expect(await task.value) }
  }

  @Test func `can be joined again and again, by several threads`() throws {
    let finish = Lockcheck.Event()
    let thread = started { finish.wait() }
    #expect(try !thread.join(timeout: .milliseconds(1)))
    #expect(try !thread.join(timeout: .zero))
    let joiners = (0..<3).map { _ in started { thread.join() } }
    finish.set()
    #expect(end(joiners))
    thread.join()
    #expect(try thread.join(timeout: .zero))
    #expect(try thread.join(timeout: nil))
  }

  @Test func `refuses a second start`() {
    let runs = SharedAtomic(0)
    let thread = CheckedThread { runs.wrappingAdd(1) }
    thread.start()
    thread.start()
    thread.join()
    thread.start()
    thread.join()
    #expect(runs.load() == 1)
  }

  @Test func `refuses a join before its start, a join of itself, and a negative timeout`() throws {
    let thread = CheckedThread { CheckedThread.current?.join() }
    thread.join()
    #expect(try !thread.join(timeout: nil))
    let error = #expect(throws: MisuseError.self) { try thread.join(timeout: .seconds(-1)) }
    #expect(error?.code == .negativeTimeout)
    thread.start()
    #expect(ends(thread))
  }

  @Test func `is a daemon if it is told so, and otherwise if its maker is one`() {
    #expect(!CheckedThread {}.isDaemon)
    #expect(CheckedThread(isDaemon: true) {}.isDaemon)
    for isDaemon in [false, true] {
      let seen = SharedAtomic<[Bool]>([])
      let maker = CheckedThread(isDaemon: isDaemon) {
        seen.store([CheckedThread {}, CheckedThread(isDaemon: false) {}].map(\.isDaemon))
      }
      maker.start()
      maker.join()
      #expect(seen.load() == [isDaemon, false])
    }
  }

  @Test func `says on standard error with what error it ended`() async throws {
    struct Refusal: Error {}
    let result = try await #require(
      processExitsWith: .success, observing: [\.standardErrorContent]
    ) {
      let thread = Lockcheck.CheckedThread(name: "worker") { throw Refusal() }
      thread.start()
      thread.join()
    }
    let said = String(decoding: result.standardErrorContent, as: UTF8.self)
    #expect(said.contains("lockcheck: thread 'worker' ended with an error: Refusal()"))
  }

  @Test func `keeps the error that its body threw`() {
    struct Refusal: Error {}
    let thread = CheckedThread { throw Refusal() }
    #expect(thread.error == nil)
    thread.start()
    thread.join()
    #expect(thread.error is Refusal)
  }

  @Test func `lets go of what its body used before it is joined`() {
    final class Item: Sendable {}
    weak var gone: Item?
    let thread: CheckedThread
    do {
      let item = Item()
      gone = item
      thread = CheckedThread { withExtendedLifetime(item) {} }
    }
    #expect(gone != nil)
    thread.start()
    thread.join()
    #expect(gone == nil)
  }

  @Test func `is waited for at the end of the process`() async throws {
    let result = try await #require(
      processExitsWith: .success, observing: [\.standardOutputContent]
    ) {
      let begun = Lockcheck.Event()
      let thread = Lockcheck.CheckedThread {
        begun.set()
        usleep(100_000)
        writeAll("finished")
      }
      thread.start()
      begun.wait()
      exit(0)
    }
    #expect(String(decoding: result.standardOutputContent, as: UTF8.self).contains("finished"))
  }

  @Test func `is waited for at the end of the process, though it be started then`() async throws {
    let result = try await #require(
      processExitsWith: .success, observing: [\.standardOutputContent]
    ) {
      let begun = Lockcheck.Event()
      let thread = Lockcheck.CheckedThread {
        begun.set()
        usleep(50_000)
        CheckedThread {
          usleep(50_000)
          writeAll("finished")
        }.start()
      }
      thread.start()
      begun.wait()
      exit(0)
    }
    #expect(String(decoding: result.standardOutputContent, as: UTF8.self).contains("finished"))
  }

  @Test func `is not waited for when it is a daemon`() async {
    await #expect(processExitsWith: .success) {
      let begun = Lockcheck.Event()
      let thread = Lockcheck.CheckedThread(isDaemon: true) {
        begun.set()
        while true { pause() }
      }
      thread.start()
      begun.wait()
      exit(0)
    }
  }

  @Test func `does not wait for itself when it ends the process`() async {
    await #expect(processExitsWith: .exitCode(3)) {
      let thread = Lockcheck.CheckedThread { exit(3) }
      thread.start()
      while true { pause() }
    }
  }
}

/// Writes to standard output without a buffer.
private func writeAll(_ text: String) {
  let bytes = Array(text.utf8)
  _ = unsafe bytes.withUnsafeBytes { unsafe write(STDOUT_FILENO, $0.baseAddress, $0.count) }
}

/// The name that the system has for the calling thread.
private func prctlName(_ bytes: inout [CChar]) {
  let file = unsafe open("/proc/thread-self/comm", O_RDONLY)
  guard file >= 0 else { return }
  let count = unsafe bytes.withUnsafeMutableBytes { unsafe read(file, $0.baseAddress, 15) }
  close(file)
  if count > 0, bytes[count - 1] == 10 { bytes[count - 1] = 0 }
}
