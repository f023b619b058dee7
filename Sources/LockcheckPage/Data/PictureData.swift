import LockcheckFindings
import LockcheckReport
import LockcheckTrace

/// What the page shows of the whole run.
struct PictureData {
  private let picture: RunPicture
  private let report: Report
  private let renderer: PageRenderer
  private let threadNames: [ThreadID: String]
  private let objectNames: [ObjectID: String]

  init(_ picture: RunPicture, in report: Report, by renderer: PageRenderer) {
    self.picture = picture
    self.report = report
    self.renderer = renderer
    threadNames = report.names.distinct(threads: picture.threads.map(\.thread))
    objectNames = report.names.distinct(objects: picture.shown.objects.sorted())
  }

  mutating func write(stacks: inout StackTable, to json: inout CompactJSON) {
    json.member("unit", picture.timeline.unit.rawValue)
    json.member("threads") { json in
      json.array(picture.threads) { json, use in json.object { write(use, to: &$0) } }
    }
    json.member("locks") { json in
      json.array(picture.locks) { json, use in json.object { write(use, to: &$0) } }
    }
    let threads = Dictionary(
      picture.threads.enumerated().map { ($0.element.thread, $0.offset) },
      uniquingKeysWith: { one, _ in one })
    json.member("timeline") { json in
      json.object { json in
        TimelineData(picture.timeline, in: report, lanes: threads, names: objectNames)
          .write(to: &json)
      }
    }
    if let orders = picture.orders {
      json.member("orders") { json in
        json.object { json in
          json.member("omitted", picture.omittedOrders)
          OrderGraph(orders, in: report, by: renderer)
            .write(
              names: objectNames, threads: threadNames, stacks: &stacks, to: &json)
        }
      }
    }
  }

  private func write(_ use: ThreadActivity, to json: inout CompactJSON) {
    json.member("name", threadNames[use.thread] ?? "")
    json.member("id", use.thread.index)
    json.member("events", use.events)
    json.member("begin", Int(clamping: use.begin))
    json.member("end", Int(clamping: use.end))
    json.member("held", Int(clamping: use.held))
    json.member("waited", Int(clamping: use.waited))
  }

  private func write(_ use: LockActivity, to json: inout CompactJSON) {
    json.member("name", objectNames[use.lock] ?? "")
    json.member("id", use.lock.index)
    json.member("kind", report.tables.objects.kind(of: use.lock).name)
    json.member("acquires", use.acquires)
    json.member("threads", use.threads)
    for (name, spent) in [("waits", use.waits), ("holds", use.holds)] as [(StaticString, TimeSpent)]
    where spent.count > 0 {
      json.member(name) { json in
        json.numbers([spent.count, spent.total, spent.longest].map { Int(clamping: $0) })
      }
    }
  }
}
