import Glibc
import Testing

@testable import LockcheckLive

@Suite struct `The settings of the live checks` {
  @Test func `come from the environment`() {
    let variables = [
      "LOCKCHECK_ON_DEADLOCK": "exit:42", "LOCKCHECK_ON_LOCK_ORDER": "exit:1",
      "LOCKCHECK_ON_STALL": "exit:9", "LOCKCHECK_WATCHDOG": "2.5",
      "LOCKCHECK_DUMP_SIGNAL": "SIGUSR1", "LOCKCHECK_UNKNOWN_THREADS": "ignore",
    ]
    let (settings, complaints) = CheckSettings.read { variables[$0] }
    #expect(settings.onDeadlock == .exit(42))
    #expect(settings.onLockOrder == .exit(1))
    #expect(settings.onStall == .exit(9))
    #expect(settings.watchdog == .seconds(2.5))
    #expect(settings.dumpSignal == SIGUSR1)
    #expect(settings.ignoresUnknownThreads)
    #expect(complaints.isEmpty)
  }

  @Test func `are the defaults where the environment is silent`() {
    let (settings, complaints) = CheckSettings.read { _ in nil }
    #expect(settings == CheckSettings())
    #expect(complaints.isEmpty)
  }

  @Test(arguments: [
    ("LOCKCHECK_ON_DEADLOCK", "exit:"), ("LOCKCHECK_ON_DEADLOCK", "exit:256"),
    ("LOCKCHECK_ON_LOCK_ORDER", "throw"), ("LOCKCHECK_ON_STALL", "stop"),
    ("LOCKCHECK_WATCHDOG", "0"), ("LOCKCHECK_WATCHDOG", "nan"), ("LOCKCHECK_DUMP_SIGNAL", "KILL"),
    ("LOCKCHECK_UNKNOWN_THREADS", "yes"),
  ])
  func `complain once about a wrong value and go without it`(name: String, value: String) {
    let (settings, complaints) = CheckSettings.read { $0 == name ? value : nil }
    #expect(settings == CheckSettings())
    #expect(complaints.count == 1)
    #expect(complaints.first?.hasPrefix("\(name) is '\(value)'; expected ") == true)
  }
}
