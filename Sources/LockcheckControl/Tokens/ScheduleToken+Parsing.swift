extension ScheduleToken {
  /// Reads a token.
  ///
  /// - Parameter text: The token; blanks and line ends around it do not count.
  /// - Throws: What is wrong with it, and where.
  public init(parsing text: some StringProtocol) throws(ScheduleTokenError) {
    var fields = TokenField(trimming: String(text)).split(at: ":")
    let version = fields.removeFirst()
    guard version.text == Self.version else { throw version.versionError }
    guard let method = fields.first else {
      throw version.missing("':' and a method's name or '\(Self.exactWord)'")
    }
    let isExact = method.text == Self.exactWord
    let names =
      isExact
      ? ["'\(Self.exactWord)'", "the number of steps", "turns", "checks", "a hash"]
      : ["a method's name", "a seed", "an iteration"]
    guard fields.count >= names.count else {
      throw fields[fields.count - 1].missing("':' and \(names[fields.count])")
    }
    if fields.count > names.count {
      throw fields[names.count].error(.wrongFieldCount, expected: "the end of the token")
    }
    self =
      isExact
      ? .exact(try ExactSchedule(parsing: Array(fields.dropFirst())))
      : .seeded(
        method: try method.method(), seed: try fields[1].hexadecimal(digits: 1...16),
        iteration: try fields[2].number("an iteration"))
  }
}

extension ExactSchedule {
  fileprivate init(parsing fields: [TokenField]) throws(ScheduleTokenError) {
    let stepCount = try fields[0].number("the number of steps")
    var turns: [Turn] = []
    for field in fields[1].text.isEmpty ? [] : fields[1].split(at: ",") {
      let turn = try Turn(parsing: field)
      let least = turns.last.map { $0.step + 1 } ?? 0
      guard turn.step >= least, turn.step < stepCount else {
        let range =
          least < stepCount ? "a step from \(least) to \(stepCount - 1)" : "no further turn"
        throw field.error(.misplacedStep, expected: range)
      }
      turns.append(turn)
    }
    let count = Self.checkCount(steps: stepCount, turns: turns)
    let checks = Array(fields[2].text.utf8)
    guard checks.count == count, checks.allSatisfy(ScheduleDigest.alphabet.contains) else {
      throw fields[2].error(
        .invalidValue, expected: "\(count) checks (letters, digits, '-' and '_')")
    }
    let digest = try fields[3].hexadecimal(digits: 12...12) << 16
    self.init(stepCount: stepCount, turns: turns, checks: checks, digest: digest)
  }
}

extension ExactSchedule.Turn {
  /// `17.T2.lock.accounts`.
  fileprivate init(parsing field: TokenField) throws(ScheduleTokenError) {
    let parts = field.split(at: ".", limit: 4)
    let names = ["a step", "a thread", "what was done"]
    guard parts.count >= 3 else {
      throw parts[parts.count - 1].missing("'.' and \(names[parts.count])")
    }
    let step = try parts[0].number("a step")
    let thread = try parts[1].thread()
    let (operation, isTimeout) = try parts[2].operation()
    var object: String?
    if parts.count == 4 {
      object = TokenName.decoded(parts[3].text)
      guard object != nil else {
        throw parts[3].error(
          .invalidValue, expected: "a name (letters, digits, '._-+', the rest as %xx)")
      }
    }
    self.init(
      step: step, thread: thread, isTimeout: isTimeout, operation: operation, object: object)
  }
}
