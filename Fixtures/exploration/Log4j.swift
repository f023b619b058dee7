import Lockcheck

extension ExplorationProgram {
  /// JaConTeBe's `Log4j38137`: appenders and the dispatcher wait on one monitor, and one is notified.
  static let log4j38137 = ExplorationProgram(
    "log4j38137", origin: "JaConTeBe Log4j38137: AsyncAppender and BoundedFIFO",
    bug: "an appender is notified where the dispatcher would have to be", .deadlock
  ) { isMended in
    let (capacity, appenderCount) = (1, 3)
    let buffer = Condition(name: "buffer")
    let length = Shared(0, name: "length")
    let wake: @Sendable () -> Void = { isMended ? buffer.notifyAll() : buffer.notify() }
    let dispatcher = thread("dispatch") {
      for _ in 0..<appenderCount {
        buffer.withLock {
          while length.load() == 0 { buffer.wait() }
          length.modify { $0 -= 1 }
          if length.load() == capacity - 1 { wake() }
        }
      }
    }
    let appenders = threads(appenderCount, "append") { _ in
      buffer.withLock {
        while length.load() == capacity { buffer.wait() }
        length.modify { $0 += 1 }
        if length.load() == 1 { wake() }
      }
    }
    try together([dispatcher] + appenders)
  }

  /// JaConTeBe's `Log4j41214`: an object that is being logged logs, to the root logger.
  static let log4j41214 = ExplorationProgram(
    "log4j41214", origin: "JaConTeBe Log4j41214: RootLogger and ConsoleAppender",
    bug: "root logger and appender in opposite orders, one of them behind a third lock", .deadlock
  ) { isMended in
    let (root, logger) = (RLock(name: "root"), RLock(name: "logger"))
    let appender = RLock(name: "appender")
    let rootThread = thread("root") { root.withLock { appender.withLock {} } }
    let objectThread = thread("object") {
      // Mended, what is logged is made into text before the appender is locked.
      if isMended { root.withLock { appender.withLock {} } }
      logger.withLock {
        appender.withLock { if !isMended { root.withLock { appender.withLock {} } } }
      }
    }
    try together(rootThread, objectThread)
  }

  /// JaConTeBe's `Log4j44032`: an array is published before it is filled.
  static let log4j44032 = ExplorationProgram(
    "log4j44032", origin: "JaConTeBe Log4j44032: ThrowableInformation.getThrowableStrRep",
    bug: "an array is there, and its elements are not", .check
  ) { isMended in
    let isThere = Shared(false, name: "rep")
    let isFilled = Shared(false, name: "rep[0]")
    let readers = threads(2, "read") { _ in
      if isThere.load() {
        guard isFilled.load() else { throw Broken("an element is not there") }
        return
      }
      if isMended { isFilled.store(true) }
      isThere.store(true)
      if !isMended { isFilled.store(true) }
    }
    try together(readers)
  }

  /// JaConTeBe's `Test50463`: the dispatcher dies of an event, and nobody empties the buffer any more.
  static let log4j50463 = ExplorationProgram(
    "log4j50463", origin: "JaConTeBe Test50463: AsyncAppender.Dispatcher",
    bug: "the only consumer ends early", .deadlock
  ) { isMended in
    let buffer = Queue<Int>(capacity: 1, name: "buffer")
    let dispatcher = thread("dispatch") {
      for _ in 0..<3 {
        if try buffer.get() < 0, !isMended { return }
      }
    }
    try together(
      dispatcher, thread("good") { for event in 1...2 { try buffer.put(event) } },
      thread("bad") { try buffer.put(-1) })
  }

  /// JaConTeBe's `Test54325`: two threads take all appenders out of one list.
  static let log4j54325 = ExplorationProgram(
    "log4j54325", origin: "JaConTeBe Test54325: AppenderAttachableImpl.removeAllAppenders",
    bug: "the list is emptied while another thread goes through it", .check
  ) { isMended in
    let lock = isMended ? Lock(name: "list.lock") : nil
    let appenders = Shared<[Int]?>([1, 2], name: "appenders")
    let removers = threads(2, "remove") { _ in
      lock?.lock()
      defer { lock?.unlock() }
      guard let count = appenders.load()?.count else { return }
      for index in 0..<count {
        guard let list = appenders.load(), index < list.count else {
          throw Broken("no appender \(index)")
        }
      }
      appenders.store([])
      appenders.store(nil)
    }
    try together(removers)
  }
}
