import Lockcheck

extension ExplorationProgram {
  /// JaConTeBe's `Derby5447` (and `Derby4129`): a page that is given up tells its container, and the
  /// container asks the page whether it is latched.
  static let derby5447 = ExplorationProgram(
    "derby5447", origin: "JaConTeBe Derby5447: StoredPage and BaseContainerHandle",
    bug: "page and container in opposite orders", .deadlock
  ) { isMended in
    let (page, container) = (RLock(name: "page"), RLock(name: "container"))
    let isLatched = Shared(true, name: "latched")
    let unlatch = thread("unlatch") {
      page.withLock {
        isLatched.store(false)
        if !isMended { container.withLock {} }
      }
      if isMended { container.withLock {} }
    }
    let close = thread("close") { container.withLock { _ = page.withLock { isLatched.load() } } }
    try together(unlatch, close)
  }

  /// JaConTeBe's `Derby5560`: closing a pooled connection closes the logical one, whose closing recycles
  /// the pooled one.
  static let derby5560 = ExplorationProgram(
    "derby5560", origin: "JaConTeBe Derby5560: ClientXAConnection and LogicalConnection",
    bug: "pooled and logical connection in opposite orders", .deadlock
  ) { isMended in
    let (pooled, logical) = (RLock(name: "pooled"), RLock(name: "logical"))
    let recycle = thread("recycle") {
      // The sub-class closes, and so does what it is made of.
      pooled.withLock { pooled.withLock { logical.withLock {} } }
    }
    let close = thread("close") {
      let (outer, inner) = isMended ? (pooled, logical) : (logical, pooled)
      outer.withLock { inner.withLock {} }
    }
    try together(recycle, close)
  }

  /// JaConTeBe's `Derby5561`: a connection is there when it is looked for, and gone when it is used.
  static let derby5561 = ExplorationProgram(
    "derby5561", origin: "JaConTeBe Derby5561: LogicalConnection.physicalConnection_",
    bug: "a look at a field and its use, with no lock around both", .check
  ) { isMended in
    let monitor = isMended ? RLock(name: "logical") : nil
    let physical = Shared<Int?>(1, name: "physical")
    let close = thread("close") {
      monitor?.lock()
      physical.store(nil)
      monitor?.unlock()
    }
    let use = thread("use") {
      monitor?.lock()
      defer { monitor?.unlock() }
      guard physical.load() != nil else { return }
      guard physical.load() != nil else { throw Broken("the connection is gone") }
    }
    try together(close, use)
  }

  /// JaConTeBe's `Derby764`: a loader takes a lock of the lock manager, which, giving one up, asks the
  /// loader whether to load again.
  static let derby764 = ExplorationProgram(
    "derby764", origin: "JaConTeBe Derby764: UpdateLoader, LockSet and LockSpace",
    bug: "loader and lock set in opposite orders, one of them behind a third lock", .deadlock
  ) { isMended in
    let loader = RLock(name: "loader")
    let (space, set) = (RLock(name: "lock space"), RLock(name: "lock set"))
    let needsReload = Shared(false, name: "reload")
    let modify = thread("modify") {
      loader.withLock { set.withLock {} }
    }
    let unlock = thread("unlock") {
      space.withLock {
        set.withLock { if !isMended { loader.withLock { needsReload.store(true) } } }
      }
      if isMended { loader.withLock { needsReload.store(true) } }
    }
    try together(modify, unlock)
  }
}
