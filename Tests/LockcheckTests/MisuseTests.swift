import Glibc
import Lockcheck
import Testing

@Suite struct `The misuse policy` {
  @Test func `is record by default, and can be set`() async {
    await #expect(processExitsWith: .success) {
      precondition(MisusePolicy.current == .record)
      MisusePolicy.current = .trap
      precondition(MisusePolicy.current == .trap)
    }
  }

  @Test(arguments: [("throw", 2), ("trap", 3), ("record", 1)])
  func `is read from the environment`(text: String, number: Int) async {
    await #expect(processExitsWith: .success) { [text, number] in
      unsafe setenv("LOCKCHECK_MISUSE", text, 1)
      precondition(Int(MisusePolicy.current.rawValue) == number)
    }
  }

  @Test func `is record where the environment makes no sense, and says so`() async throws {
    let result = try await #require(
      processExitsWith: .success, observing: [\.standardErrorContent]
    ) {
      unsafe setenv("LOCKCHECK_MISUSE", "explode", 1)
      precondition(MisusePolicy.current == .record)
    }
    let said = String(decoding: result.standardErrorContent, as: UTF8.self)
    #expect(said.contains("LOCKCHECK_MISUSE is 'explode'; expected record, throw or trap"))
  }

  @Test func `record says what nobody records, once, and goes on`() async throws {
    let result = try await #require(
      processExitsWith: .success, observing: [\.standardErrorContent]
    ) {
      let lock = Lock(name: "till")
      lock.unlock()
      lock.unlock()
      precondition(!lock.isLocked)
    }
    let said = String(decoding: result.standardErrorContent, as: UTF8.self)
    #expect(said.components(separatedBy: "lock 'till': released, but not held").count == 2)
  }

  @Test func `trap ends the process, with a message`() async throws {
    let result = try await #require(
      processExitsWith: .failure, observing: [\.standardErrorContent]
    ) {
      MisusePolicy.current = .trap
      BoundedSemaphore(value: 1, name: "slots").release()
    }
    let said = String(decoding: result.standardErrorContent, as: UTF8.self)
    #expect(said.contains("bounded semaphore 'slots': released past its bound"))
  }

  @Test func `throw throws where it can`() async {
    await #expect(processExitsWith: .success) {
      MisusePolicy.current = .throw
      func code(_ body: () throws -> Bool) -> MisuseError.Code? {
        do { _ = try body() } catch { return (error as? MisuseError)?.code }
        return nil
      }
      let lock = Lock()
      lock.lock()
      precondition(code { try lock.lock(timeout: nil) } == .relock)
      let condition = Condition()
      precondition(code { try condition.wait(timeout: nil) } == .conditionWithoutLock)
      let thread = CheckedThread {}
      precondition(code { try thread.join(timeout: nil) } == .joinBeforeStart)
    }
  }

  @Test(arguments: [0, 1, 2, 3, 4, 5])
  func `throw traps where it cannot throw`(number: Int) async {
    await #expect(processExitsWith: .failure) { [number] in
      MisusePolicy.current = .throw
      switch number {
      case 0: Lock().unlock()
      case 1: RLock().unlock()
      case 2: Condition().notify()
      case 3: Queue<Int>().taskDone()
      case 4: CheckedThread {}.join()
      default: RWLock().unlockShared()
      }
    }
  }

  @Test func `trap ends a thread that would wait for itself`() async {
    await #expect(processExitsWith: .failure) {
      MisusePolicy.current = .trap
      let lock = Lock()
      lock.lock()
      lock.lock()
    }
  }
}

extension String {
  fileprivate func components(separatedBy separator: String) -> [Substring] {
    split(separator: separator, omittingEmptySubsequences: false)
  }
}
