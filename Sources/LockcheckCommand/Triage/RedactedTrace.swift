import LockcheckCodecs
import LockcheckFindings
import LockcheckPipeline
import LockcheckSymbols
import LockcheckTrace
import LockcheckTriage

/// A trace on its way to somebody who is not to know where it was recorded.
///
/// Names of functions and data are looked up first: whoever gets the trace does not have the files.
struct RedactedTrace: TraceDecoder {
  private var decoder: any TraceDecoder
  /// What it has learned so far.
  private(set) var redaction: Redaction
  /// The tables as they were recorded.
  private var recorded = TraceTables()
  private var (frameCount, objectCount) = (0, 0)

  init(_ decoder: any TraceDecoder, by redaction: Redaction) {
    self.decoder = decoder
    self.redaction = redaction
  }

  var header: TraceHeader { redaction.header(decoder.header) }
  var losses: [TraceLoss] { decoder.losses }
  var hasGap: Bool { decoder.hasGap }

  mutating func read(into events: inout [Event], tables: inout TraceTables) throws -> Bool {
    let hasMore = try decoder.read(into: &events, tables: &recorded)
    let frames = (frameCount..<recorded.frames.count).map { FrameID($0) }
    let objects = (objectCount..<recorded.objects.count).map { ObjectID($0) }
    _ = SymbolResolver().resolve(&recorded, frames: frames, objects: objects)
    (frameCount, objectCount) = (recorded.frames.count, recorded.objects.count)
    let changes = recorded.takeChanges()
    redaction.learn(from: decoder.header, changes)
    tables.apply(redaction.changes(changes))
    return hasMore
  }
}
