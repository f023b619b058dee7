import LockcheckFindings
import LockcheckReport
import LockcheckTrace

/// The stacks and frames that a page shows, each once, numbered as they are first named.
struct StackTable {
  /// A frame, and whether its source lines are shown.
  struct Row {
    var frame: Frame
    var hasSource = false
  }

  private(set) var frames: [Row] = []
  /// By stack: the frames worth showing, and all of them where that are more.
  private(set) var rows: [(own: [Int], all: [Int])] = []
  private let tables: TraceTables
  private let root: String
  private let source: PageRenderer.SourceProvider
  private var stackNumbers: [StackID: Int] = [:]
  private var frameNumbers: [Frame: Int] = [:]

  /// How many lines are shown before and after the one that a frame is in.
  private static let context = 3

  init(_ tables: TraceTables, root: String, source: @escaping PageRenderer.SourceProvider) {
    self.tables = tables
    self.root = root
    self.source = source
  }

  /// The number of a stack, from 0; -1 where there is none.
  ///
  /// - Parameter withSource: Whether the lines around its innermost frame and that one's caller are shown.
  mutating func number(of stack: StackID, withSource: Bool) -> Int {
    guard stack.isPresent, stack.index < tables.stacks.count else { return -1 }
    let number = stackNumbers[stack] ?? add(stack)
    if withSource {
      for frame in rows[number].own.prefix(2) { frames[frame].hasSource = true }
    }
    return number
  }

  private mutating func add(_ stack: StackID) -> Int {
    let all = tables.frames(of: stack)
    let own = all.telling
    let numbers = all.map { add($0) }
    rows.append((own.map { add($0) }, own.count == all.count ? [] : numbers))
    stackNumbers[stack] = rows.count - 1
    return rows.count - 1
  }

  private mutating func add(_ frame: Frame) -> Int {
    // Two places in one line are one line to a reader.
    var shown = Frame(
      function: frame.function, file: frame.file, line: frame.line, module: frame.module)
    if frame.function == nil, frame.file == nil {
      shown.address = frame.address
      shown.offset = frame.offset
    }
    if let known = frameNumbers[shown] { return known }
    frameNumbers[shown] = frames.count
    frames.append(Row(frame: shown))
    return frames.count - 1
  }

  /// `{"fn":…,"file":…,"line":…,"src":[first line, text…]}`
  func write(_ row: Row, to json: inout CompactJSON) {
    let frame = row.frame
    json.object { json in
      if let function = frame.function { json.member("fn", function) }
      if let file = frame.file {
        json.member("file", (file.hasPrefix(root) ? String(file.dropFirst(root.count)) : file))
      }
      if let line = frame.line { json.member("line", line) }
      if frame.file == nil, let module = frame.module {
        json.member("module", module.lastPathComponent)
      }
      if frame.function == nil, frame.file == nil {
        json.member("at", frame.place)
      }
      if row.hasSource { writeSource(of: frame, to: &json) }
    }
  }

  private func writeSource(of frame: Frame, to json: inout CompactJSON) {
    guard let file = frame.file, let line = frame.line, line > 0, source(file, line) != nil else {
      return
    }
    let first = max(1, line - Self.context)
    var lines: [String] = []
    for number in first...line + Self.context {
      guard let text = source(file, number) else { break }
      lines.append(String(text.prefix(400)))
    }
    json.member("from", first)
    json.member("src", lines)
  }

  /// `[[own…],[all…]]`
  func write(_ row: (own: [Int], all: [Int]), to json: inout CompactJSON) {
    json.array([row.own, row.all]) { $0.numbers($1) }
  }
}
