import Lockcheck
import Testing

@Suite struct `A delayed call` {
  private struct Broken: Error {}

  @Test(arguments: [Duration.zero, .milliseconds(1), .seconds(-1)])
  func `is made once its time has come`(delay: Duration) throws {
    let calls = SharedAtomic(0)
    let call = DelayedCall(after: delay, name: "late") { calls.update { $0 += 1 } }
    #expect(!call.isAlive)
    call.start()
    #expect(try call.join(timeout: .seconds(20)))
    #expect(calls.load() == 1)
    #expect(call.hasFired)
    #expect(!call.isCancelled)
    #expect(call.name == "late")
  }

  @Test func `is not made when it is cancelled while it waits`() throws {
    let call = DelayedCall(after: .seconds(100_000)) { Issue.record("called") }
    call.start()
    #expect(call.isAlive)
    #expect(call.cancel())
    #expect(call.cancel())
    #expect(try call.join(timeout: .seconds(20)))
    #expect(call.isCancelled)
    #expect(!call.hasFired)
  }

  @Test func `is not made when it is cancelled before it was started`() throws {
    let call = DelayedCall(after: .zero) { Issue.record("called") }
    #expect(call.cancel())
    call.start()
    #expect(try call.join(timeout: .seconds(20)))
    #expect(!call.hasFired)
  }

  @Test func `cannot be cancelled once it has begun`() throws {
    let (hasBegun, isOpen) = (Event(), Event())
    let call = DelayedCall(after: .zero) {
      hasBegun.set()
      isOpen.wait()
    }
    call.start()
    hasBegun.wait()
    #expect(!call.cancel())
    #expect(!call.isCancelled)
    #expect(call.hasFired)
    isOpen.set()
    #expect(try call.join(timeout: .seconds(20)))
    #expect(!call.cancel())
  }

  @Test func `cancels and joins itself without waiting`() throws {
    let itself = Shared<DelayedCall?>(nil)
    let call = DelayedCall(after: .zero) {
      #expect(itself.load()?.cancel() == false)
    }
    itself.store(call)
    call.start()
    #expect(try call.join(timeout: .seconds(20)))
    itself.store(nil)
  }

  @Test func `keeps the error it threw`() throws {
    let call = DelayedCall(after: .zero) { throw Broken() }
    call.start()
    #expect(try call.join(timeout: .seconds(20)))
    #expect(call.error is Broken)
  }
}
