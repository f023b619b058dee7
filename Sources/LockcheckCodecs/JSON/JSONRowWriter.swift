import LockcheckTrace

/// Writes the rows of the tables, each once.
struct JSONRowWriter {
  /// How a stack is written.
  private enum StackForm {
    /// As the text of `at`, a JSON string.
    case place([UInt8])
    case row
  }

  var threads = JSONNumbering()
  var objects = JSONNumbering()
  private var frames = JSONNumbering()
  private var frameHasRow: [Bool] = []
  private var stackForms: [StackForm] = []
  /// How many rows of each table were written by ``writeLines(_:to:)``.
  private var written = (threads: 0, objects: 0)
  private var frameIsWritten: [Bool] = []
  private var stackIsWritten: [Bool] = []

  /// The text of `at` that stands for a stack, where there is one.
  func place(of stack: StackID) -> [UInt8]? {
    if case .place(let text) = stackForms[stack.index] { return text }
    return nil
  }

  /// Whether the tables have rows that were not declared.
  func isIncomplete(_ tables: borrowing TraceTables) -> Bool {
    tables.threads.count > threads.numbers.count || tables.objects.count > objects.numbers.count
      || tables.stacks.count > stackForms.count
  }

  /// Decides how what is new in the tables is written.
  mutating func declare(_ tables: borrowing TraceTables) {
    let firstObject = objects.numbers.count
    threads.add(tables.threads[threads.numbers.count...].map(\.externalID))
    if tables.objects.count > firstObject {
      objects.add(
        (firstObject..<tables.objects.count).map { tables.objects[ObjectID($0)].externalID })
    }
    frames.add(tables.frames[frames.numbers.count...].map(\.externalID))
    for index in frameHasRow.count..<tables.frames.count {
      frameHasRow.append(tables.frames[index].externalID != nil)
      frameIsWritten.append(false)
    }
    for index in stackForms.count..<tables.stacks.count {
      let stack = tables.stacks[index]
      stackIsWritten.append(false)
      if stack.frames.count == 1, tables.frames[stack.frames[0].index].externalID == nil,
        let place = tables.frames[stack.frames[0].index].place
      {
        stackForms.append(.place(TextOutput.quoted(place)))
      } else {
        stackForms.append(.row)
        for frame in stack.frames { frameHasRow[frame.index] = true }
      }
    }
    // An object's row can only name a stack by its number.
    for index in firstObject..<tables.objects.count {
      let stack = tables.objects.stack(of: ObjectID(index))
      guard stack.isPresent, case .place = stackForms[stack.index] else { continue }
      stackForms[stack.index] = .row
      for frame in tables.stacks[stack.index].frames { frameHasRow[frame.index] = true }
    }
  }
}

// MARK: - Writing

extension JSONRowWriter {
  /// Writes all four tables as members of a document: what is named first, then who names it, so that
  /// a reader meets everything in the order of the tables.
  mutating func writeTables(
    _ tables: borrowing TraceTables, to output: inout TextOutput
  ) throws(TraceCodingError) {
    output.put("  \"threads\": [")
    var separator: StaticString = "\n    {"
    for index in threads.numbers.indices {
      output.put(separator)
      separator = ",\n    {"
      putThread(index, tables, &output)
      try output.flush()
    }
    output.put("],\n  \"frames\": [")
    separator = "\n    {"
    for index in frameHasRow.indices where frameHasRow[index] {
      output.put(separator)
      separator = ",\n    {"
      putFrame(index, tables, &output)
      try output.flush()
    }
    output.put("],\n  \"stacks\": [")
    separator = "\n    {"
    for index in stackForms.indices {
      guard case .row = stackForms[index] else { continue }
      output.put(separator)
      separator = ",\n    {"
      putStack(index, tables, &output)
      try output.flush()
    }
    output.put("],\n  \"objects\": [")
    separator = "\n    {"
    for index in objects.numbers.indices {
      output.put(separator)
      separator = ",\n    {"
      putObject(index, tables, &output)
      try output.flush()
    }
    output.put("]")
  }

  /// Writes the rows that were not written yet, one a line: what is named first, then who names it.
  mutating func writeLines(
    _ tables: borrowing TraceTables, to output: inout TextOutput
  ) throws(TraceCodingError) {
    for index in written.threads..<threads.numbers.count {
      output.put("{\"type\": \"thread\", ")
      putThread(index, tables, &output)
      output.put("\n")
    }
    written.threads = threads.numbers.count
    for index in frameHasRow.indices where frameHasRow[index] && !frameIsWritten[index] {
      frameIsWritten[index] = true
      output.put("{\"type\": \"frame\", ")
      putFrame(index, tables, &output)
      output.put("\n")
      try output.flush()
    }
    for index in stackForms.indices where !stackIsWritten[index] {
      guard case .row = stackForms[index] else { continue }
      stackIsWritten[index] = true
      output.put("{\"type\": \"stack\", ")
      putStack(index, tables, &output)
      output.put("\n")
      try output.flush()
    }
    for index in written.objects..<objects.numbers.count {
      output.put("{\"type\": \"object\", ")
      putObject(index, tables, &output)
      output.put("\n")
      try output.flush()
    }
    written.objects = objects.numbers.count
  }

  private func putThread(
    _ index: Int, _ tables: borrowing TraceTables, _ output: inout TextOutput
  ) {
    let row = tables.threads[index]
    put("\"id\": ", threads[index], &output)
    put(", \"name\": ", row.name, &output)
    put(", \"kind\": ", row.kind, &output)
    output.put("}")
  }

  private func putObject(
    _ index: Int, _ tables: borrowing TraceTables, _ output: inout TextOutput
  ) {
    let object = ObjectID(index)
    let kind = tables.objects.kind(of: object)
    let details = tables.objects[object]
    put("\"id\": ", objects[index], &output)
    if kind != .undetermined { put(", \"kind\": ", kind.name, &output) }
    put(", \"name\": ", tables.objects.name(of: object), &output)
    put(", \"value\": ", details.value, &output)
    put(", \"bound\": ", details.bound, &output)
    put(", \"capacity\": ", details.capacity, &output)
    put(", \"parties\": ", details.parties, &output)
    put(", \"preference\": ", details.preference?.name, &output)
    if let lock = details.lock { put(", \"lock\": ", objects[lock.index], &output) }
    if let handover = details.handover {
      output.put(handover ? ", \"handover\": true" : ", \"handover\": false")
    }
    put(", \"workers\": ", details.workers, &output)
    if let pool = details.pool { put(", \"pool\": ", objects[pool.index], &output) }
    put(", \"order\": ", details.order.map { "\($0)" }, &output)
    put(", \"class\": ", details.declaredClass, &output)
    put(", \"level\": ", details.level, &output)
    put(", \"address\": ", details.address, &output)
    put(", \"module\": ", details.module, &output)
    put(", \"offset\": ", details.offset, &output)
    put(", \"buildID\": ", details.buildID, &output)
    let stack = tables.objects.stack(of: object)
    if stack.isPresent { put(", \"stack\": ", Int64(stack.index) + 1, &output) }
    output.put("}")
  }

  private func putFrame(
    _ index: Int, _ tables: borrowing TraceTables, _ output: inout TextOutput
  ) {
    let frame = tables.frames[index]
    put("\"id\": ", frames[index], &output)
    put(", \"function\": ", frame.function, &output)
    put(", \"file\": ", frame.file, &output)
    put(", \"line\": ", frame.line.map(UInt64.init), &output)
    put(", \"module\": ", frame.module, &output)
    put(", \"address\": ", frame.address, &output)
    put(", \"offset\": ", frame.offset, &output)
    put(", \"buildID\": ", frame.buildID, &output)
    output.put("}")
  }

  private func putStack(
    _ index: Int, _ tables: borrowing TraceTables, _ output: inout TextOutput
  ) {
    put("\"id\": ", Int64(index) + 1, &output)
    output.put(", \"frames\": [")
    for (place, frame) in tables.stacks[index].frames.enumerated() {
      if place > 0 { output.put(", ") }
      output.put(frames[frame.index])
    }
    output.put("]}")
  }

  private func put(_ name: StaticString, _ number: Int64, _ output: inout TextOutput) {
    output.put(name)
    output.put(number)
  }

  private func put(_ name: StaticString, _ number: UInt64?, _ output: inout TextOutput) {
    guard let number else { return }
    output.put(name)
    output.put(number)
  }

  private func put(_ name: StaticString, _ text: String?, _ output: inout TextOutput) {
    guard let text else { return }
    output.put(name)
    output.put(quoted: text)
  }
}
