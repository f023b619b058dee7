extension ExplorationProgram {
  /// Every program, family by family.
  public static let all: [ExplorationProgram] = sctBench + classics + jaConTeBe

  /// SCTBench's, and the larger ones that were published since.
  static let sctBench: [ExplorationProgram] = [
    account, arithmetic, bluetoothDriver, carter01, circularBuffer, deadlock01, diningCount,
    fsbench,
    lazy01, phase01, queue, reorder(setters: 2, checkers: 1), reorder(setters: 3, checkers: 1),
    reorder(setters: 4, checkers: 1), reorder(setters: 9, checkers: 1),
    reorder(setters: 10, checkers: 10), stack, sync01, sync02, tokenRing,
    twoStage(writers: 1, readers: 1), twoStage(writers: 10, readers: 10),
    twoStage(writers: 40, readers: 10), twoStage(writers: 99, readers: 1),
    wrongLock(others: 7, name: "wronglock"), wrongLock(others: 3, name: "wronglock_3"),
    workStealQueue, interlockedWorkStealQueue, poppingWorkStealQueue, stateWorkStealQueue,
    stringBuffer, aget, pbzip2, qsort, ctrace, spiderMonkey, nsprLock, splashEnd, splashBarrier,
  ]

  /// ConTest's and others that every paper knows.
  static let classics: [ExplorationProgram] = [
    vector, linkedList, allocationVector, boundedBuffer, transfer, airline, pingPong, remoteAgent,
  ]

  /// JaConTeBe's bugs.
  static let jaConTeBe: [ExplorationProgram] = [
    dbcp65, dbcp270, dbcp369, derby764, derby5447, derby5560, derby5561, groovy3495, groovy4292,
    groovy6068, groovy6456, log4j38137, log4j41214, log4j44032, log4j50463, log4j54325, lucene1544,
    lucene2783, pool120, pool149, jdk4742723, jdk4779253, jdk6436220, jdk7122142, jdk7132889,
  ]

  /// The program of that name.
  public static func named(_ name: String) -> ExplorationProgram? { all.first { $0.name == name } }
}
