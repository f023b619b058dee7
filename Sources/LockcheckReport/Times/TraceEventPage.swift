/// The list of events in the Trace Event Format, as it is written.
struct TraceEventPage {
  /// Where slices stand: what the format calls a thread of a process.
  struct Lane: Hashable {
    var process: Int
    var number: Int
  }

  private var text = ""
  private var isFirst = true
  private var arrows = 0

  /// What has been written since the last time.
  mutating func take() -> String {
    defer { text = "" }
    return text
  }

  mutating func name(process: Int, _ name: String) {
    write { writer in
      writer.member("ph", "M")
      writer.member("name", "process_name")
      writer.member("pid", process)
      writer.member("args") { $0.object { $0.member("name", name.withoutControls) } }
    }
  }

  mutating func name(_ lane: Lane, _ name: String) {
    write { writer in
      writer.member("ph", "M")
      writer.member("name", "thread_name")
      Self.write(lane, to: &writer)
      writer.member("args") { $0.object { $0.member("name", name.withoutControls) } }
    }
  }

  mutating func slice(
    _ name: String, _ category: String, on lane: Lane, from begin: UInt64, to end: UInt64,
    _ details: [(String, String)]
  ) {
    write { writer in
      writer.member("ph", "X")
      writer.member("name", name.withoutControls)
      writer.member("cat", category)
      Self.write(lane, to: &writer)
      writer.member("ts") { $0.raw(Self.microseconds(begin)) }
      writer.member("dur") { $0.raw(Self.microseconds(end - begin)) }
      Self.write(details, to: &writer)
    }
  }

  mutating func marker(
    _ name: String, on lane: Lane, at time: UInt64, _ details: [(String, String)]
  ) {
    write { writer in
      writer.member("ph", "i")
      writer.member("s", "t")
      writer.member("name", name.withoutControls)
      writer.member("cat", "finding")
      Self.write(lane, to: &writer)
      writer.member("ts") { $0.raw(Self.microseconds(time)) }
      Self.write(details, to: &writer)
    }
  }

  /// An arrow from the end of the slice that began at one moment in a lane to the one that begins at another.
  mutating func arrow(from: Lane, _ begin: UInt64, to: Lane, _ end: UInt64) {
    arrows += 1
    let id = arrows * 16 + from.process % 16
    for (phase, lane, time) in [("s", from, begin), ("f", to, end)] {
      write { writer in
        writer.member("ph", phase)
        writer.member("name", "release")
        writer.member("cat", "lock")
        writer.member("id", id)
        if phase == "f" { writer.member("bp", "e") }
        Self.write(lane, to: &writer)
        writer.member("ts") { $0.raw(Self.microseconds(time)) }
      }
    }
  }

  private mutating func write(_ members: (inout JSONWriter) -> Void) {
    var writer = JSONWriter()
    writer.line(members)
    text += isFirst ? "" : ",\n"
    text += writer.text
    isFirst = false
  }

  private static func write(_ lane: Lane, to writer: inout JSONWriter) {
    writer.member("pid", lane.process)
    writer.member("tid", lane.number)
  }

  private static func write(_ details: [(String, String)], to writer: inout JSONWriter) {
    let told = details.filter { !$0.1.isEmpty }
    if told.isEmpty { return }
    writer.member("args") { writer in
      writer.object { writer in
        for (name, text) in told { writer.member(name, text.withoutControls) }
      }
    }
  }

  /// The format counts in microseconds; the thousandths are nanoseconds.
  static func microseconds(_ nanoseconds: UInt64) -> String {
    let rest = String(nanoseconds % 1_000)
    return "\(nanoseconds / 1_000)." + String(repeating: "0", count: 3 - rest.count) + rest
  }
}
