import Lockcheck

extension ExplorationProgram {
  /// JaConTeBe's `Lucene1544`: indexes are added under the write lock, which waits for a merge that needs
  /// the read lock, in every schedule.
  static let lucene1544 = ExplorationProgram(
    "lucene1544", origin: "JaConTeBe Lucene1544: IndexWriter.addIndexes",
    bug: "a thread waits for a merge while it holds what the merge needs", .deadlock
  ) { isMended in
    let indexes = RWLock(name: "indexes")
    let writer = Condition(name: "writer")
    let running = Shared(1, name: "running merges")
    let merge = thread("merge") {
      indexes.withSharedLock {}
      writer.withLock {
        running.store(0)
        writer.notifyAll()
      }
    }
    let waitForMerges = { writer.withLock { writer.wait { running.load() == 0 } } }
    indexes.lock()
    merge.start()
    if !isMended { waitForMerges() }
    indexes.unlock()
    waitForMerges()
    merge.join()
  }

  /// JaConTeBe's `Lucene2783`: a commit waits for the merges under the lock that a merge needs to commit.
  static let lucene2783 = ExplorationProgram(
    "lucene2783", origin: "JaConTeBe Lucene2783: IndexWriter.commit",
    bug: "a commit waits for a merge that has yet to commit", .deadlock
  ) { isMended in
    let commit = RLock(name: "commit")
    let writer = Condition(name: "writer")
    let running = Shared(1, name: "running merges")
    let merge = thread("merge") {
      commit.withLock {}
      writer.withLock {
        running.store(0)
        writer.notifyAll()
      }
    }
    try together(merge) {
      if !isMended { commit.lock() }
      writer.withLock { writer.wait { running.load() == 0 } }
      if isMended { commit.lock() }
      commit.unlock()
    }
  }
}
