public import LockcheckFindings
public import LockcheckTrace

extension Redaction {
  /// What is said once of a trace: the process keeps the last part of its path and loses its arguments.
  public func header(_ header: TraceHeader) -> TraceHeader {
    var header = header
    guard let process = header.process else { return header }
    header.process = TraceHeader.Process(executable: process.executable.map { file($0) })
    return header
  }

  /// The same changes of a table, redacted.
  ///
  /// - Complexity: Linear in the texts of the changes.
  public func changes(_ changes: TableChanges) -> TableChanges {
    changes.mapped(thread: thread, frame: frame, object: object)
  }

  /// The same tables, redacted.
  ///
  /// - Complexity: Linear in the texts of the tables.
  public func tables(_ tables: TraceTables) -> TraceTables {
    var tables = tables
    for place in tables.threads.indices { tables.threads[place] = thread(tables.threads[place]) }
    for place in tables.frames.indices { tables.frames[place] = frame(tables.frames[place]) }
    for place in 0..<tables.objects.count {
      let id = ObjectID(place)
      let (name, details) = object(tables.objects.name(of: id), tables.objects[id])
      if name != tables.objects.name(of: id) { tables.objects.setName(name, of: id) }
      if details != tables.objects[id] { tables.objects[id] = details }
    }
    return tables
  }

  /// The same report, redacted: whatever form it is given, it tells no more.
  ///
  /// - Complexity: Linear in the texts of the report.
  public func report(_ report: Report) -> Report {
    report.reworded(header: header(report.header), tables: tables(report.tables)) { text($0) }
  }

  private func thread(_ row: ThreadRow) -> ThreadRow {
    var row = row
    row.name = row.name.map { text($0) }
    return row
  }

  private func frame(_ frame: Frame) -> Frame {
    var frame = frame
    frame.function = frame.function.map { text($0) }
    frame.file = frame.file.map { source($0) }
    frame.module = frame.module.map { file($0) }
    return frame
  }

  private func object(_ name: String?, _ details: ObjectDetails) -> (String?, ObjectDetails) {
    var details = details
    details.module = details.module.map { file($0) }
    details.declaredClass = details.declaredClass.map { text($0) }
    return (name.map { text($0) }, details)
  }

  /// Takes names of users from the texts of a trace.
  public mutating func learn(from header: TraceHeader, _ tables: TraceTables) {
    learn(from: header)
    for row in tables.threads { learn(from: row.name ?? "") }
    for frame in tables.frames { learn(from: frame) }
    for name in tables.objects.names { learn(from: name ?? "") }
  }

  /// Takes names of users from the texts of what is new in a trace.
  public mutating func learn(from header: TraceHeader, _ changes: TableChanges) {
    learn(from: header)
    var redaction = self
    _ = changes.mapped(
      thread: { row in
        redaction.learn(from: row.name ?? "")
        return row
      },
      frame: { frame in
        redaction.learn(from: frame)
        return frame
      },
      object: { name, details in
        redaction.learn(from: name ?? "")
        return (name, details)
      })
    self = redaction
  }

  private mutating func learn(from header: TraceHeader) {
    guard let process = header.process else { return }
    learn(from: process.executable ?? "")
    for argument in process.arguments { learn(from: argument) }
  }

  private mutating func learn(from frame: Frame) {
    for text in [frame.function, frame.file, frame.module] { learn(from: text ?? "") }
  }
}
