import LockcheckFindings
import LockcheckTrace

/// The whole run in levels of detail: who draws it at some scale looks at what is long enough to be seen there.
///
/// Spans are put together by the power of two below their length, so that those which are less than a
/// pixel wide need not be looked at. What was too short to be kept is shown by cells, in rows of letters: each
/// row has half as many as the one before it.
struct TimelineData {
  private let timeline: RunTimeline
  private let report: Report
  private let lanes: [ThreadID: Int]
  private let names: [ObjectID: String]

  init(
    _ timeline: RunTimeline, in report: Report, lanes: [ThreadID: Int], names: [ObjectID: String]
  ) {
    self.timeline = timeline
    self.report = report
    self.lanes = lanes
    self.names = names
  }

  func write(to json: inout CompactJSON) {
    json.member("length", Int(clamping: timeline.length))
    json.member("resolution", Int(clamping: timeline.resolution))
    json.member("marks") { json in
      json.numbers(timeline.marks.flatMap { [$0.event, Int(clamping: $0.place)] })
    }
    let objects = Set(timeline.spans.map(\.object)).filter(\.isPresent).sorted()
    let numbers = Dictionary(uniqueKeysWithValues: objects.enumerated().map { ($1, $0) })
    json.member("objects") { json in
      json.array(objects) { $0.string(names[$1] ?? "") }
    }
    json.member("ids") { json in json.numbers(objects.map(\.index)) }
    json.member("levels") { json in
      json.array(levels) { json, level in
        json.object { json in
          json.member("bits", level.bits)
          json.member("spans") { json in json.numbers(numbered(level.spans, numbers)) }
        }
      }
    }
    json.member("cells") { json in json.array(cellRows) { $0.object(write(row: $1)) } }
  }

  /// Six numbers a span: lane, kind, depth, object (or, negative, the lane of the thread waited for), the
  /// begin less that of the span before it, and the length.
  private func numbered(_ spans: [RunSpan], _ objects: [ObjectID: Int]) -> [Int] {
    var before: UInt64 = 0
    return spans.flatMap { span in
      let what =
        span.object.isPresent ? objects[span.object] ?? 0 : -1 - (lanes[span.child] ?? 0)
      defer { before = span.begin }
      return [
        lanes[span.thread] ?? 0, Int(span.kind.rawValue), Int(span.depth), what,
        Int(clamping: span.begin - before), Int(clamping: span.length),
      ]
    }
  }

  /// Spans by the number of bits of their length, each level by begin.
  private var levels: [(bits: Int, spans: [RunSpan])] {
    var levels: [Int: [RunSpan]] = [:]
    for span in timeline.spans {
      levels[UInt64.bitWidth - span.length.leadingZeroBitCount, default: []].append(span)
    }
    return levels.sorted { $0.key < $1.key }.map { bits, spans in
      (
        bits,
        spans.sorted { ($0.begin, $0.thread, $0.depth) < ($1.begin, $1.thread, $1.depth) }
      )
    }
  }

  /// The cells as they were taken, and folded as long as that makes fewer of them.
  private var cellRows: [(width: UInt64, rows: [CellRow])] {
    guard timeline.resolution > 0 else { return [] }
    var found = [(width: timeline.cellWidth, rows: timeline.cells)]
    while let last = found.last,
      last.rows.contains(where: { max($0.held.count, $0.waited.count) > 64 })
    {
      var rows = last.rows
      for place in rows.indices { rows[place].fold() }
      found.append((last.width * 2, rows))
    }
    return found
  }

  private func write(
    row level: (width: UInt64, rows: [CellRow])
  ) -> (inout CompactJSON) -> Void {
    { json in
      json.member("width", Int(clamping: level.width))
      json.member("rows") { json in
        json.array(level.rows.indices.filter { lanes[ThreadID($0)] != nil }) { json, thread in
          json.object { json in
            json.member("lane", lanes[ThreadID(thread)] ?? 0)
            json.member("held", Self.letters(level.rows[thread].held, of: level.width))
            json.member("waited", Self.letters(level.rows[thread].waited, of: level.width))
          }
        }
      }
    }
  }

  /// A letter for each cell, from `0` for nothing to `z` for all of it.
  private static func letters(_ cells: [UInt64], of width: UInt64) -> String {
    let digits = Array("0123456789abcdefghijklmnopqrstuvwxyz".utf8)
    let letters = cells.map { spent -> UInt8 in
      if spent == 0 { return digits[0] }
      return digits[min(35, 1 + Int(Double(spent) / Double(width) * 34))]
    }
    return String(decoding: letters, as: UTF8.self)
  }
}
