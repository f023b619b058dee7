import Glibc
import Lockcheck

// A logger calls its listeners while it holds its lock; a listener counts in a registry, under the
// registry's lock; and the registry logs while it holds that. One thread logs, another registers, one
// after the other here, so that nothing goes wrong; but nothing in the program makes them. With
// `--mended` the logger lets its lock go before it calls anybody.

final class Logger: Sendable {
  typealias Listener = @Sendable (String) -> Void

  private let lock = Lock(name: "logger")
  private let lines = Shared<[String]>([], name: "lines")
  private let listeners = Shared<[Listener]>([], name: "listeners")
  private let isMended: Bool

  init(isMended: Bool) { self.isMended = isMended }

  func listen(_ listener: @escaping Listener) {
    lock.withLock { listeners.modify { $0.append(listener) } }
  }

  func log(_ line: String) {
    if isMended {
      let listeners = lock.withLock { add(line) }
      for listener in listeners { listener(line) }
    } else {
      lock.withLock {
        for listener in add(line) { listener(line) }
      }
    }
  }

  private func add(_ line: String) -> [Listener] {
    lines.modify { $0.append(line) }
    return listeners.load()
  }
}

final class Registry: Sendable {
  private let lock = RLock(name: "registry")
  private let names = Shared<[String]>([], name: "names")
  private let lineCount = Shared(0, name: "lineCount")
  private let logger: Logger

  init(_ logger: Logger) { self.logger = logger }

  func register(_ name: String) {
    lock.withLock {
      names.modify { $0.append(name) }
      logger.log("registered \(name)")
    }
  }

  func countLine() { lock.withLock { lineCount.modify { $0 += 1 } } }

  var summary: String {
    lock.withLock { "\(names.load().count) names, \(lineCount.load()) lines" }
  }
}

@main struct Program {
  static func main() {
    let logger = Logger(isMended: CommandLine.arguments.contains("--mended"))
    let registry = Registry(logger)
    logger.listen { _ in registry.countLine() }

    let worker = CheckedThread(name: "worker") { logger.log("hello") }
    let setup = CheckedThread(name: "setup") {
      // Waits in a way that no trace shows and no analysis may rely on.
      while worker.isAlive { usleep(1000) }
      registry.register("service")
    }
    worker.start()
    setup.start()
    worker.join()
    setup.join()
    print(registry.summary)
  }
}
