public import LockcheckTrace

/// Draws a trace as ``trace(_:)`` reads it, so that one that a test met can be pasted into another.
///
/// Leaves out what a drawing cannot say: places in the code, and the lock that a notify is made under.
///
/// - Precondition: Threads and objects have names, without blanks.
public func drawing(of trace: Trace) -> String {
  let tables = trace.tables
  let width = tables.threads.map { ($0.name ?? "?").count }.max() ?? 0
  var lines = tables.threads.map { row in
    let name = row.name ?? "?"
    return name + ":" + String(repeating: " ", count: width - name.count)
  }
  var column = width + 1
  for event in trace.events {
    let place = event.thread.index
    lines[place] += String(repeating: " ", count: column + 1 - lines[place].count)
    lines[place] += token(event, tables)
    column = lines[place].count
  }
  let objects = tables.objects.kinds.indices.map { declaration(ObjectID($0), tables) }
  return ([objects.isEmpty ? "" : "objects: " + objects.joined(separator: ", ")] + lines)
    .joined(separator: "\n")
}

private func declaration(_ object: ObjectID, _ tables: TraceTables) -> String {
  let details = tables.objects[object]
  var arguments = [details.value, details.bound, details.capacity, details.parties]
    .compactMap { $0.map(String.init) }
  if let lock = details.lock { arguments.append(tables.objects.name(of: lock) ?? "?") }
  if let preference = details.preference { arguments.append(preference.name) }
  if details.handover == true { arguments.append("handover") }
  if let workers = details.workers { arguments.append("\(workers)") }
  if let pool = details.pool { arguments.append(tables.objects.name(of: pool) ?? "?") }
  if tables.objects.kind(of: object) == .future, let id = details.externalID {
    arguments.append("\(id)")
  }
  if let order = details.order { arguments.append("\(order)") }
  let list = arguments.isEmpty ? "" : "(\(arguments.joined(separator: ",")))"
  return "\(tables.objects.name(of: object) ?? "?") \(tables.objects.kind(of: object).name)\(list)"
}

private func token(_ event: Event, _ tables: TraceTables) -> String {
  let word = words.first { $0.value == (event.operation, event.mode) }?.key ?? "?"
  var arguments: [String] = []
  if event.operation.namesThread { arguments.append(tables[event.child].name ?? "?") }
  if event.object.isPresent { arguments.append(tables.objects.name(of: event.object) ?? "?") }
  if event.operation == .wait, event.lock.isPresent {
    arguments.append(tables.objects.name(of: event.lock) ?? "?")
  }
  if let count = event.count { arguments.append("\(count)") }
  var text = arguments.isEmpty ? word : "\(word)(\(arguments.joined(separator: ",")))"
  if event.isPending { text += "?" }
  if event.attempt != .blocking { text += "~\(event.attempt)" }
  if event.result != .success { text += "=\(event.result)" }
  return text
}
