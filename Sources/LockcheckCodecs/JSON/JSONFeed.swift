import LockcheckTrace

/// A text and the reader that understands it: tries a row, and gets more text where it is cut short.
struct JSONFeed {
  /// What a step is to do: read something with the reader at the tokens.
  typealias Step<Made> = (
    inout JSONReader, inout JSONTokens, borrowing Span<UInt8>, inout TraceTables
  ) throws(TextStop) -> Made

  var input: TextInput
  var reader = JSONReader()
  private let blanks: UInt64

  init(_ source: any ByteSource, file: String?, blanks: UInt64) {
    input = TextInput(source, file: file)
    self.blanks = blanks
  }

  /// Tokens over what is at hand.
  var tokens: JSONTokens { JSONTokens(at: input.position, end: input.end, blanks: blanks) }

  /// Reads one thing as a whole.
  ///
  /// - Parameter what: What is cut short where the text ends.
  mutating func step<Made>(
    _ what: StaticString, _ tables: inout TraceTables, _ read: Step<Made>
  ) throws(TraceCodingError) -> Made {
    while true {
      let stop: TextStop
      do throws(TextStop) {
        let buffer = input.buffer
        var tokens = self.tokens
        let made = try read(&reader, &tokens, buffer.span, &tables)
        input.position = tokens.at
        notePromises()
        return made
      } catch {
        stop = error
      }
      try recover(from: stop, in: what)
    }
  }

  /// Gets more text where that is what is missing, and throws where not.
  mutating func recover(from stop: TextStop, in what: StaticString) throws(TraceCodingError) {
    notePromises()
    switch stop {
    case .fault(let fault):
      // An error shows what stands there, and that must not depend on how much is at hand.
      if let error = try input.failure(fault) { throw error }
    case .more:
      guard try input.refill() else {
        throw input.error(
          .truncated, at: input.end, "the trace ends in the middle of \(what)",
          expected: ["the rest of it"])
      }
    }
  }

  /// Passes over a value of any size.
  mutating func skip() throws(TraceCodingError) {
    var skip = JSONSkip()
    while true {
      let stop: TextStop
      let buffer = input.buffer
      var tokens = self.tokens
      do throws(TextStop) {
        try tokens.skip(&skip, buffer.span, scratch: &reader.scratch)
        input.position = tokens.at
        return
      } catch {
        stop = error
      }
      input.position = tokens.at
      try recover(from: stop, in: "a value")
    }
  }

  /// Passes over the rest of an array without looking at more than strings and square brackets.
  mutating func skipArrayQuickly() throws(TraceCodingError) {
    var state = JSONQuickSkip()
    while true {
      let buffer = input.buffer
      var tokens = self.tokens
      let isThrough = tokens.skip(&state, buffer.span)
      input.position = tokens.at
      if isThrough { return }
      try recover(from: .more, in: "the events")
    }
  }

  // MARK: - Promises

  /// Counts out where stacks and frames without a row yet were referred to.
  @inline(__always) mutating func notePromises() {
    if !reader.newPromises.isEmpty { countPromises() }
  }

  private mutating func countPromises() {
    for (isFrame, value) in reader.newPromises {
      if isFrame {
        guard let promise = reader.registry.promisedFrames[value] else { continue }
        reader.registry.promisedFrames[value]?.place = input.place(at: promise.index)
      } else {
        guard let promise = reader.registry.promisedStacks[value] else { continue }
        reader.registry.promisedStacks[value]?.place = input.place(at: promise.index)
      }
    }
    reader.newPromises.removeAll(keepingCapacity: true)
  }

  /// Makes sure that every stack and frame that was referred to has a row by now.
  mutating func checkPromises() throws(TraceCodingError) {
    let stacks = reader.registry.promisedStacks.min { $0.key < $1.key }
    let frames = reader.registry.promisedFrames.min { $0.key < $1.key }
    guard let promise = stacks?.value ?? frames?.value else { return }
    let what = stacks == nil ? "frame" : "stack"
    throw TraceCodingError(
      .undeclared, at: promise.place ?? .file, "a \(what) that no row declares",
      found: String(promise.number), expected: ["the id of a row of the \(what)s"],
      file: input.file)
  }
}
