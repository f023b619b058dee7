import Lockcheck

extension ExplorationProgram {
  /// JaConTeBe's `Test4779253`: a filter is there when it is looked for, and gone when it is asked.
  static let jdk4779253 = ExplorationProgram(
    "jdk4779253", origin: "JaConTeBe Test4779253: java.util.logging.Logger.log",
    bug: "a field is read twice, and set without the lock", .check
  ) { isMended in
    let monitor = RLock(name: "logger")
    let filter = Shared<Int?>(1, name: "filter")
    let log = thread("log") {
      try monitor.withLock {
        guard filter.load() != nil else { return }
        guard filter.load() != nil else { throw Broken("the filter is gone") }
      }
    }
    let set = thread("set") {
      if isMended { monitor.lock() }
      filter.store(nil)
      if isMended { monitor.unlock() }
    }
    try together(log, set)
  }

  /// JaConTeBe's `Test6436220`: two threads attach something, and both are told that they replaced the same.
  static let jdk6436220 = ExplorationProgram(
    "jdk6436220", origin: "JaConTeBe Test6436220: SelectionKey.attach",
    bug: "the old attachment is read and the new one set in two steps", .check
  ) { isMended in
    let lock = isMended ? Lock(name: "key") : nil
    let attachment = Shared(0, name: "attachment")
    let replaced = (0..<2).map { Shared(-1, name: "replaced \($0)") }
    let attachers = threads(2, "attach") { number in
      lock?.lock()
      let old = attachment.load()
      attachment.store(number + 1)
      lock?.unlock()
      replaced[number].store(old)
    }
    try together(attachers)
    guard replaced[0].load() != replaced[1].load() else { throw Broken("an attachment is lost") }
  }

  /// JaConTeBe's `Test7122142`: an annotation's class is locked by whoever reads its annotations, and by
  /// whoever, holding the lock of all annotation types, meets it for the first time.
  static let jdk7122142 = ExplorationProgram(
    "jdk7122142", origin: "JaConTeBe Test7122142: AnnotationType.getInstance",
    bug: "the lock of all types and that of one class in opposite orders", .deadlock
  ) { isMended in
    let types = RLock(name: "AnnotationType")
    let (a, b) = (RLock(name: "AnnA"), RLock(name: "AnnB"))
    let first = thread("AnnA") {
      if isMended { return a.withLock { b.withLock { types.withLock {} } } }
      a.withLock { types.withLock { b.withLock {} } }
    }
    let second = thread("AnnB") { b.withLock { types.withLock {} } }
    try together(first, second)
  }

  /// JaConTeBe's `Test7132889`: a channel is open when a key is to be registered, and closed when it is.
  static let jdk7132889 = ExplorationProgram(
    "jdk7132889", origin: "JaConTeBe Test7132889: AbstractSelectableChannel.register",
    bug: "a channel is looked at before the lock is taken", .check
  ) { isMended in
    let (closing, registering) = (Lock(name: "closeLock"), Lock(name: "regLock"))
    let isOpen = Shared(true, name: "open")
    let key = Shared(false, name: "key")
    let close = thread("close") {
      closing.withLock {
        guard isOpen.load() else { return }
        isOpen.store(false)
        registering.withLock { key.store(false) }
      }
    }
    let register = thread("register") {
      guard isOpen.load() else { return }
      registering.withLock { if !isMended || isOpen.load() { key.store(true) } }
    }
    try together(close, register)
    guard !key.load() else { throw Broken("a closed channel has a valid key") }
  }

  /// JaConTeBe's `Test4742723`: two threads make folders within one that neither finds; who comes second
  /// cannot make that one, and gives up.
  static let jdk4742723 = ExplorationProgram(
    "jdk4742723", origin: "JaConTeBe Test4742723: java.io.File.mkdirs",
    bug: "a folder that another thread has just made counts as a failure", .check
  ) { isMended in
    let folders = SharedAtomic<Set<String>>([], name: "folders")
    let exists: @Sendable (String) -> Bool = { folders.load().contains($0) }
    let make: @Sendable (String) -> Bool = { name in folders.update { $0.insert(name).inserted } }
    let makers = threads(2, "make") { number in
      let name = "parent/\(number)"
      if exists(name) { return }
      if !exists("parent") {
        let isMade = make("parent")
        guard isMade || isMended else { return }
      }
      _ = make(name)
    }
    try together(makers)
    guard folders.load().count == 3 else { throw Broken("a folder is missing") }
  }
}
