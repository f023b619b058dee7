/// Programs in languages with a runtime of their own.
enum ScriptSources {
  // By name, so that nobody takes the line for an import of this file.
  private static let load = "import"

  /// A pool of threads that takes jobs from a queue under a condition and keeps its accounts under locks; its
  /// argument is the number of jobs.
  static let swift = #"""
    \#(load) Foundation

    final class Account: @unchecked Sendable {
      private let lock = NSLock()
      private var count = 0

      func add() { lock.withLock { count += 1 } }
      var total: Int { lock.withLock { count } }
    }

    final class Work: @unchecked Sendable {
      private let condition = NSCondition()
      private let accounts = (0..<16).map { _ in Account() }
      private var jobs: [Int] = []
      private var isOver = false

      func add(_ job: Int) {
        condition.lock()
        jobs.append(job)
        condition.signal()
        condition.unlock()
      }

      func end() {
        condition.lock()
        isOver = true
        condition.broadcast()
        condition.unlock()
      }

      private func next() -> Int? {
        condition.lock()
        defer { condition.unlock() }
        while jobs.isEmpty, !isOver { condition.wait() }
        return jobs.popLast()
      }

      func run() {
        while let job = next() {
          var hash = UInt64(job)
          for _ in 0..<2000 { hash = (hash ^ hash >> 29) &* 0xFF51_AFD7_ED55_8CCD &+ 1 }
          accounts[Int(hash & 15)].add()
        }
      }

      var total: Int { accounts.reduce(0) { $0 + $1.total } }
    }

    let count = Int(CommandLine.arguments[1])!
    let work = Work()
    let threads = 3
    let done = DispatchSemaphore(value: 0)
    for _ in 0..<threads {
      let thread = Thread {
        work.run()
        done.signal()
      }
      thread.start()
    }
    for job in 0..<count { work.add(job) }
    work.end()
    for _ in 0..<threads { done.wait() }
    exit(work.total == count ? 0 : 1)
    """#

  /// The same in Python; its argument is the number of jobs.
  static let python = #"""
    \#(load) queue, sys, threading, zlib

    count = int(sys.argv[1])
    jobs = queue.Queue(100)
    lock = threading.Lock()
    total = 0
    data = bytes(range(256)) * 64

    def run():
        global total
        while True:
            job = jobs.get()
            if job is None:
                return
            zlib.crc32(zlib.compress(data, 1), job)
            with lock:
                total += 1

    threads = [threading.Thread(target=run) for _ in range(3)]
    for thread in threads:
        thread.start()
    for job in range(count):
        jobs.put(job)
    for _ in threads:
        jobs.put(None)
    for thread in threads:
        thread.join()
    sys.exit(0 if total == count else 1)
    """#
}
