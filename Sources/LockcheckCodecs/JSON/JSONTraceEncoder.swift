public import LockcheckTrace

/// Writes a trace as JSON: one document, or a header and one row or event a line.
///
/// Equal events and tables give equal bytes. Every thread and object gets a row, with its number or,
/// where it has none, the smallest one free; stacks are numbered from 1. A stack of a single frame
/// without a number is written as `at` where that says all of it.
public struct JSONTraceEncoder: TraceEncoder {
  /// What is written.
  public enum Form: Sendable, Hashable {
    /// A document with its tables first, so that a reader needs one pass. The tables have to be
    /// complete when the first events are written.
    case document
    /// A document with its tables behind the events, for tables that grow while events are written.
    case documentWithTablesLast
    /// One row a line. Rows stand before the first event of the ``write(_:tables:)`` that brought
    /// them, and say what was known then.
    case lines
  }

  private var output: TextOutput
  private let form: Form
  private let header: TraceHeader
  private var rows = JSONRowWriter()
  private var isBegun = false
  private var hasEvents = false

  /// Writes to `sink`.
  public init(_ sink: any ByteSink, form: Form = .document, header: TraceHeader = TraceHeader()) {
    output = TextOutput(sink)
    self.form = form
    self.header = header
  }

  /// Writes `events`, and what stands before them.
  ///
  /// - Throws: ``TraceCodingError/Code/notRepresentable`` where the tables have grown after they were
  ///   written, and ``TraceCodingError/Code/inputOutput``.
  public mutating func write(
    _ events: ArraySlice<Event>, tables: borrowing TraceTables
  ) throws(TraceCodingError) {
    try begin(tables)
    if form == .lines {
      rows.declare(tables)
      try rows.writeLines(tables, to: &output)
    } else if form == .documentWithTablesLast {
      rows.declare(tables)
    } else if rows.isIncomplete(tables) {
      throw TraceCodingError(
        .notRepresentable, at: .file, "the tables have grown after they were written")
    }
    for event in events {
      if form == .lines {
        output.put("{\"type\": \"event\", ")
      } else {
        output.put(hasEvents ? ",\n    {" : "\n    {")
      }
      hasEvents = true
      put(event, tables)
      output.put(form == .lines ? "}\n" : "}")
      try output.flush()
    }
  }

  /// Writes what closes the trace.
  public mutating func finish(tables: borrowing TraceTables) throws(TraceCodingError) {
    try begin(tables)
    switch form {
    case .lines:
      rows.declare(tables)
      try rows.writeLines(tables, to: &output)
    case .document:
      output.put(hasEvents ? "\n  ]\n}\n" : "]\n}\n")
    case .documentWithTablesLast:
      rows.declare(tables)
      output.put(hasEvents ? "\n  ],\n" : "],\n")
      try rows.writeTables(tables, to: &output)
      output.put("\n}\n")
    }
    try output.flush(always: true)
  }
}

// MARK: - The header

extension JSONTraceEncoder {
  private mutating func begin(_ tables: borrowing TraceTables) throws(TraceCodingError) {
    guard !isBegun else { return }
    isBegun = true
    let isLines = form == .lines
    output.put(isLines ? "{" : "{\n  ")
    output.put("\"format\": \"lockcheck-trace\", \"version\": 1")
    let separator: StaticString = isLines ? ", " : ",\n  "
    if let process = header.process {
      output.put(separator)
      put(process)
    }
    output.put(separator)
    output.put("\"accessOrder\": ")
    output.put(quoted: header.accessOrder.rawValue)
    if header.hasExactAtomics { output.put(", \"atomicOrder\": \"exact\"") }
    if header.omitsValues { output.put(", \"values\": \"untraced\"") }
    if let count = header.droppedEvents {
      output.put(", \"droppedEvents\": ")
      output.put(count)
    }
    if isLines {
      output.put("}\n")
      return
    }
    output.put(",\n")
    if form == .document {
      rows.declare(tables)
      try rows.writeTables(tables, to: &output)
      output.put(",\n")
    }
    output.put("  \"events\": [")
  }

  private mutating func put(_ process: TraceHeader.Process) {
    output.put("\"process\": {")
    if let pid = process.pid {
      output.put("\"pid\": ")
      output.put(pid)
      output.put(", ")
    }
    if let executable = process.executable {
      output.put("\"executable\": ")
      output.put(quoted: executable)
      output.put(", ")
    }
    output.put("\"arguments\": [")
    for (index, argument) in process.arguments.enumerated() {
      if index > 0 { output.put(", ") }
      output.put(quoted: argument)
    }
    output.put("]}")
  }
}

// MARK: - Events

extension JSONTraceEncoder {
  private mutating func put(_ event: Event, _ tables: borrowing TraceTables) {
    let operation = event.operation
    if let time = event.time {
      output.put("\"t\": ")
      output.put(time)
      output.put(", ")
    }
    output.put("\"thread\": ")
    output.put(rows.threads[event.thread.index])
    output.put(", \"op\": \"")
    output.put(operation.name)
    output.put("\"")
    if event.child.isPresent { put(", \"child\": ", rows.threads[event.child.index]) }
    if operation.namesObject, event.object.isPresent {
      put(", \"object\": ", rows.objects[event.object.index])
    }
    if event.lock.isPresent {
      put(operation == .refused ? ", \"object\": " : ", \"lock\": ", rows.objects[event.lock.index])
    }
    if event.holder.isPresent { put(", \"holder\": ", rows.threads[event.holder.index]) }
    if event.mode == .shared { output.put(", \"mode\": \"shared\"") }
    putArgument(event)
    switch event.attempt {
    case .blocking: break
    case .try: output.put(", \"attempt\": \"try\"")
    case .timed: output.put(", \"attempt\": \"timed\"")
    }
    if event.isPending { output.put(", \"pending\": true") }
    switch event.result {
    case .success: break
    case .timeout: output.put(", \"result\": \"timeout\"")
    case .failed: output.put(", \"result\": \"failed\"")
    case .error: output.put(", \"result\": \"error\"")
    }
    guard event.stack.isPresent else { return }
    if let place = rows.place(of: event.stack) {
      output.put(", \"at\": ")
      output.put(place)
    } else {
      put(", \"stack\": ", Int64(event.stack.index) + 1)
    }
  }

  private mutating func put(_ name: StaticString, _ number: Int64) {
    output.put(name)
    output.put(number)
  }

  private mutating func put(_ refusal: Refusal) {
    output.put(", \"call\": ")
    output.put(quoted: refusal.call.name)
    output.put(", \"error\": ")
    output.put(quoted: refusal.error.name)
  }

  private mutating func putArgument(_ event: Event) {
    guard let argument = event.count else { return }
    switch event.operation {
    case .refused: if let refusal = event.refusal { return put(refusal) } else { return }
    case .acquire, .release, .notify: output.put(", \"count\": ")
    case .put, .get: output.put(", \"item\": ")
    case .read, .write, .atomicRead, .atomicWrite, .atomicUpdate: output.put(", \"size\": ")
    default: return
    }
    output.put(argument)
  }
}
