import Foundation
import Testing

/// A case of a program, and what must be said of it.
struct ProgramCase: Sendable, CustomTestStringConvertible {
  let program: String
  let name: String
  /// Codes with their verdicts; nothing above `possible` may be said otherwise.
  let finds: Set<String>
  /// Whether it hangs, and is ended from outside.
  let hangs: Bool

  init(_ program: String, _ name: String, _ finds: String..., hangs: Bool = false) {
    self.program = program
    self.name = name
    self.finds = Set(finds)
    self.hangs = hangs
  }

  var testDescription: String { "\(program) \(name)" }
}

/// What goes wrong in each family of functions.
private let wrong: [ProgramCase] = [
  .init("mutex.c", "normal-inverted", "LC102 predicted"),
  .init("mutex.c", "recursive-inverted", "LC102 predicted"),
  .init("mutex.c", "checking-inverted", "LC102 predicted"),
  .init("mutex.c", "adaptive-inverted", "LC102 predicted"),
  .init("mutex.c", "robust-inverted", "LC102 predicted"),
  .init("mutex.c", "inheriting-inverted", "LC102 predicted"),
  .init("mutex.c", "hang", "LC101 observed"),
  .init("mutex.c", "relock", "LC103 observed"),
  .init("mutex.c", "leak", "LC302 observed"),
  .init("mutex.c", "unlock-other-checked", "LC301 observed"),
  .init("mutex.c", "unlock-other", "LC301 observed"),
  .init("mutex.c", "unlock-free", "LC301 observed"),
  .init("mutex.c", "destroy-held", "LC308 observed"),
  .init("rwlock.c", "inverted", "LC102 predicted"),
  .init("rwlock.c", "inverted-reader", "LC102 predicted"),
  .init("rwlock.c", "upgrade", "LC104 observed"),
  .init("rwlock.c", "unlock-other", "LC301 observed"),
  .init("rwlock.c", "destroy-held", "LC308 observed"),
  .init("condition.c", "lost", "LC107 observed", hangs: true),
  .init("condition.c", "nested", "LC101 observed", hangs: true),
  .init("condition.c", "without-lock", "LC303 observed"),
  .init("condition.c", "destroy-waited", "LC308 observed"),
  // Anybody may post, and nobody saw by what they decide.
  .init("semaphore.c", "inverted", "LC102 possible"),
  .init("semaphore.c", "hang", "LC101 observed", hangs: true),
  .init("semaphore.c", "destroy-waited", "LC308 observed"),
  .init("barrier.c", "too-few", "LC309 observed", hangs: true),
  .init("barrier.c", "destroy-waited", "LC308 observed", hangs: true),
  .init("barrier.c", "spin-inverted", "LC102 predicted"),
  .init("barrier.c", "spin-unlock-other", "LC301 observed"),
  .init("futex.c", "crossed", "LC101 observed"),
  .init("futex.c", "crossed-with-mutex", "LC101 observed", hangs: true),
  .init("futex.c", "relock", "LC103 observed"),
  .init("futex.c", "inverted", "LC102 predicted"),
  .init("thread.c", "join-under-lock", "LC101 observed", hangs: true),
  .init("thread.c", "once-inverted", "LC102 predicted"),
  .init("thread.c", "once-in-itself", "LC103 observed", hangs: true),
  .init("thread.c", "c-inverted", "LC102 predicted"),
  .init("fork.c", "inverted", "LC102 predicted"),
  .init("signals.c", "small-stack-inverted", "LC102 predicted"),
  .init("cplusplus.cpp", "inverted", "LC102 predicted"),
  .init("cplusplus.cpp", "shared-inverted", "LC102 predicted"),
  .init("cplusplus.cpp", "freed-while-held", "LC308 observed"),
  .init("custom.c", "inverted", "LC102 predicted"),
  .init("custom.c", "raced", "LC201 observed"),
  .init("dispatch.swift", "sync-inverted", "LC102 predicted"),
  .init("dispatch.swift", "mixed-inverted", "LC102 predicted"),
  .init("dispatch.swift", "barrier-inverted", "LC102 predicted"),
  .init("dispatch.swift", "semaphore-inverted", "LC102 possible"),
  .init("dispatch.swift", "sync-hang", "LC101 observed", hangs: true),
  .init("dispatch.swift", "semaphore-hang", "LC101 observed", hangs: true),
  .init("dispatch.swift", "group-under-lock", "LC105 possible"),
]

/// Calls that the C library refuses, and objects that are used after their end.
private let misused: [ProgramCase] =
  [
    "detach-joined", "join-detached", "join-itself", "wait-invalid", "take-invalid", "read-invalid",
    "semaphore-too-large", "semaphore-overflow", "barrier-of-none",
  ].map { ProgramCase("misuse.c", $0, "LC312 observed") } + [
    .init("mutex.c", "refused", "LC312 observed"),
    .init("mutex.c", "relock-checked", "LC312 possible"),
    .init("rwlock.c", "refused", "LC312 observed"),
    .init("misuse.c", "lock-destroyed", "LC313 observed"),
    .init("misuse.c", "destroyed-twice", "LC313 observed"),
    .init("misuse.c", "signal-destroyed", "LC313 observed"),
    .init("misuse.c", "two-locks", "LC314 observed"),
  ]

/// Their neighbours that are right, and what else must not be taken for wrong.
private let right: [ProgramCase] =
  [
    ("mutex.c", "stack-lives"), ("mutex.c", "normal-ordered"),
    ("mutex.c", "recursive-ordered"),
    ("mutex.c", "checking-ordered"), ("mutex.c", "adaptive-ordered"),
    ("mutex.c", "robust-ordered"), ("mutex.c", "inheriting-ordered"), ("mutex.c", "timed"),
    ("mutex.c", "relock-recursive"), ("mutex.c", "relock-checked"),
    ("mutex.c", "owner-died"),
    ("mutex.c", "owner-died-joined"), ("thread.c", "small-stack"), ("thread.c", "signals"),
    ("mutex.c", "two-lives"), ("rwlock.c", "readers"),
    ("rwlock.c", "every-call"), ("rwlock.c", "contended"),
    ("condition.c", "signalled"), ("condition.c", "signalled-without-lock"),
    ("condition.c", "broadcast"), ("condition.c", "timed"), ("condition.c", "cancelled"),
    ("condition.c", "in-handler"),
    ("semaphore.c", "ordered"), ("semaphore.c", "handed-over"), ("semaphore.c", "interrupted"),
    ("semaphore.c", "named"), ("semaphore.c", "cancelled"), ("semaphore.c", "cancelled-before"),
    ("futex.c", "counted"), ("futex.c", "given-back"), ("futex.c", "ordered"),
    ("futex.c", "passed-through"), ("heap.c", "shared"), ("barrier.c", "together"),
    ("barrier.c", "spin-ordered"), ("thread.c", "light"), ("thread.c", "joined"),
    ("thread.c", "exited"), ("thread.c", "detached"), ("thread.c", "keys"),
    ("thread.c", "names"), ("thread.c", "joined-then-locked"), ("thread.c", "join-cancelled"),
    ("thread.c", "once-only"), ("thread.c", "c-ordered"), ("thread.c", "c-condition"),
    ("thread.c", "forked"), ("fork.c", "joined"), ("fork.c", "locked"), ("fork.c", "ordered"),
    ("descriptors.c", "low"), ("descriptors.c", "closed"),
    ("signals.c", "small-stack"), ("signals.c", "coroutines"),
    ("cplusplus.cpp", "ordered"), ("cplusplus.cpp", "both-at-once"),
    ("cplusplus.cpp", "shared-readers"), ("cplusplus.cpp", "condition"),
    ("cplusplus.cpp", "once"), ("cplusplus.cpp", "semaphores"), ("cplusplus.cpp", "lives"),
    ("misuse.c", "join-early"), ("misuse.c", "wait-valid"), ("misuse.c", "take-valid"),
    ("misuse.c", "read-valid"), ("misuse.c", "semaphore-full"), ("misuse.c", "made-anew"),
    ("misuse.c", "made-in-place"), ("misuse.c", "never-destroyed"),
    ("misuse.c", "two-locks-in-turn"),
    ("custom.c", "ordered"), ("custom.c", "counted"), ("custom.c", "handed-over"),
  ].map { ProgramCase($0.0, $0.1) } + [.init("condition.c", "shared", hangs: true)]
  + rightWithDispatch.map { ProgramCase("dispatch.swift", $0) }

private let rightWithDispatch = [
  "sync-ordered", "mixed-ordered", "semaphore-ordered", "group-outside-lock", "barrier-ordered",
  "sync", "sync-within", "async", "async-in-turn", "async-after", "async-and-wait", "readers",
  "barrier-items",
  "targets", "suspended", "main-queue", "group", "group-notify", "semaphore", "once", "item-wait",
  "item-notify", "item-cancel", "concurrent-perform", "apply-on-queue", "source", "timers",
  "descriptors", "input-and-output",
]

@Suite(.serialized) struct `A program with the library in front` {
  @Test(arguments: wrong + misused)
  func `is found out`(item: ProgramCase) throws {
    let result = try RecordedProgram(item.program).run(item.name)
    expectEnd(result, of: item)
    #expect(item.finds.isSubset(of: result.findings))
  }

  @Test(arguments: right)
  func `is left in peace`(item: ProgramCase) throws {
    let result = try RecordedProgram(item.program).run(item.name)
    expectEnd(result, of: item)
    #expect(result.findings.filter { !$0.hasSuffix(" possible") } == [])
  }

  @Test(arguments: right.filter { !$0.hangs } + misused)
  func `does the same as without`(item: ProgramCase) throws {
    let result = try RecordedProgram(item.program).run(item.name, records: false)
    #expect(result.status == 0)
    #expect(result.output == "done\n")
  }

  private func expectEnd(_ result: RecordedProgram.Result, of item: ProgramCase) {
    #expect(result.wasKilled == item.hangs)
    #expect(result.status == (item.hangs ? 9 : 0))
    #expect(result.output == "done\n" || result.output == "" && !item.finds.isEmpty || item.hangs)
    // A trace that could not have happened is warned of.
    #expect(result.warnings == "")
  }

  @Test func `tells the locks of a library from those of another in its place`() throws {
    let library = ["LIBRARY": try RecordedProgram("library.c").file.path]
    let program = try RecordedProgram("unload.c")
    #expect(try program.run("kept", with: library).findings == ["LC102 predicted"])
    let replaced = try program.run("replaced", with: library)
    #expect(replaced.output == "done\n" && replaced.findings == [])
  }

  @Test func `has leaks at two places told apart`() throws {
    let result = try RecordedProgram("mutex.c").run("leaks")
    #expect(result.findings == ["LC302 observed"])
    #expect(result.fingerprints.count == 2)
  }

  @Test func `has refused calls of one function told apart`() throws {
    let result = try RecordedProgram("misuse.c").run("several-refused")
    #expect(result.findings == ["LC312 observed"])
    #expect(result.fingerprints.count == 2)
  }

  @Test(.enabled(if: RecordedProgram.hidesCPlusPlus))
  func `keeps its C++ library from a program in C that loads what has functions of its own`()
    throws
  {
    let plugin = try RecordedProgram("plugin.cpp")
    let result = try RecordedProgram("host.c").run(plugin.file.path)
    #expect(result.status == 0 && !result.wasKilled)
    #expect(result.output == "done\n")
    #expect(result.findings == [])
  }

  @Test func `has no more threads than it makes, and calls them by their names`() throws {
    let program = try RecordedProgram("thread.c")
    #expect(try program.run("keys").threads.count == 4)
    #expect(try program.run("names").threads.dropFirst() == ["second", "third"])
  }

  @Test func `says of a thread that runs a destructor that it does`() throws {
    let events = try RecordedProgram("thread.c").run("keys").events
    let takers = events.filter { $0["op"] as? String == "acquire" }.compactMap {
      $0["thread"] as? Int
    }
    let started = events.filter { $0["op"] as? String == "start" }.compactMap {
      $0["thread"] as? Int
    }
    #expect(takers.sorted() == started.sorted())
  }

  @Test(arguments: ["sync-itself", "sync-itself-within"])
  func `leaves a trace where Dispatch ends it`(name: String) throws {
    let result = try RecordedProgram("dispatch.swift").run(name)
    #expect(result.wasKilled && result.status != 9)
    // Within a block that was handed over, the first thread waits for it as well.
    #expect(result.findings.subtracting(["LC108 observed"]) == ["LC103 observed"])
    #expect(result.warnings == "")
  }

  @Test func `records nothing in its child`() throws {
    let events = try RecordedProgram("thread.c").run("forked").events
    // The parent makes one thread, the child another.
    #expect(events.filter { $0["op"] as? String == "fork" }.count == 1)
  }
}
