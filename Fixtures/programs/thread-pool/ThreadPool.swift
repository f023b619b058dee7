import Glibc
import Lockcheck

/// A pool that makes threads as they are needed, up to a number.
///
/// As written, the lists of threads made and of threads free are changed by all of them without a
/// lock; `lock` is nil. Mended, there is one.
final class ThreadPool: Sendable {
  typealias Callback = @Sendable (_ isSuccess: Bool, _ result: Int?) throws -> Void

  enum Job: Sendable {
    case run(@Sendable () throws -> Int, Callback?)
    case stop
  }

  let q = Queue<Job>(name: "jobs")
  let maxNum: Int
  let generateList = Shared<[String]>([], name: "generateList")
  let freeList = Shared<[String]>([], name: "freeList")
  let terminal = Shared(false, name: "terminal")
  let lock: Lock?

  init(maxNum: Int, isMended: Bool) {
    self.maxNum = maxNum
    lock = isMended ? Lock(name: "pool.lock") : nil
  }

  func run(_ function: @escaping @Sendable () throws -> Int, callback: Callback? = nil) throws {
    if needsThread() { generateThread() }
    try q.put(.run(function, callback))
  }

  private func needsThread() -> Bool {
    exclusively { freeList.load().isEmpty && generateList.load().count < maxNum }
  }

  private func generateThread() {
    let thread = CheckedThread(call)
    // Mended: it counts from now on, not only once it runs.
    if lock != nil { append(thread.name, to: generateList) }
    thread.start()
  }

  /// Takes jobs and runs them until it is told to stop.
  @Sendable private func call() throws {
    let currentThread = CheckedThread.current?.name ?? "?"
    if lock == nil { append(currentThread, to: generateList) }
    var event = try q.get()
    while case .run(let function, let callback) = event {
      let result = try? function()
      try? callback?(result != nil, result)
      append(currentThread, to: freeList)
      event = try q.get()
      remove(currentThread, from: freeList)
    }
    remove(currentThread, from: generateList)
  }

  /// Ends the threads once they have done what is in the queue.
  func close() throws {
    for _ in generateList.load() { try q.put(.stop) }
  }

  /// Tells threads to stop until none is left. The tutorial's loop has no end when an update of the
  /// list gets lost, so this one gives up after a while.
  func terminate() throws {
    exclusively { terminal.store(true) }
    for _ in 0..<500 {
      if exclusively({ generateList.load().isEmpty }) { break }
      try q.put(.stop)
      usleep(1000)
    }
    for _ in 0..<maxNum { try q.put(.stop) }
  }

  private func append(_ name: String, to list: Shared<[String]>) {
    exclusively { list.modify { $0.append(name) } }
  }

  private func remove(_ name: String, from list: Shared<[String]>) {
    exclusively {
      list.modify { names in
        if let index = names.firstIndex(of: name) { names.remove(at: index) }
      }
    }
  }

  private func exclusively<R>(_ body: () -> R) -> R {
    if let lock { lock.withLock { body() } } else { body() }
  }
}

@main struct Program {
  static func main() throws {
    let isMended = CommandLine.arguments.contains("--mended")
    let pool = ThreadPool(maxNum: 10, isMended: isMended)
    let sum = SharedAtomic(0, name: "sum")
    for item in 0..<50 {
      try pool.run({ item + 1 }) { _, result in sum.wrappingAdd(result ?? 0) }
    }
    try pool.terminate()
    print("the results add up to \(sum.load()) by now")
  }
}
