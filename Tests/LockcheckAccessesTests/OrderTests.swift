import Testing

/// Cases of `order.c`: ways in which one thread gives word to another through the system.
private let ways = [
  "pwrite", "pwritev", "sendmmsg", "vmsplice", "splice", "sendfile", "fprintf", "fscanf", "getline",
  "fwrite", "fputs", "fclose", "printf", "dprintf", "epoll", "pselect", "timerfd", "msgsnd",
  "semop", "mq", "room", "sigwait", "sigwaitinfo", "signalfd", "handler", "sigaction", "fork",
  "vfork", "spawn", "sigchld", "flock",
]

@Suite(.serialized) struct `Word that one thread gives another through the system` {
  private static let program = Result { try InstrumentedProgram("order.c") }

  @Test(arguments: ways)
  func `comes before what the other does`(way: String) throws {
    #expect(try Self.program.get().findings([way]) == [])
  }

  @Test(arguments: ways)
  func `orders nothing for who does not wait for it`(way: String) throws {
    #expect(try Self.program.get().findings([way, "raced"]).contains("data-race observed"))
  }

  @Test func `does not order those who only give`() throws {
    #expect(try Self.program.get().findings(["writers"]).contains("data-race observed"))
  }
}
