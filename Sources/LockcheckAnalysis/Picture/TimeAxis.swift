import LockcheckFindings
import LockcheckTrace

/// Where events stand on the time axis of a picture: by their times where the first event has one, else by
/// their indices.
struct TimeAxis: Sendable {
  private(set) var unit = RunPicture.Unit.events
  /// One more than the last place, for events; the last place, for times.
  private(set) var length: UInt64 = 0
  /// Where every `stride`-th event stands.
  private(set) var marks: [(event: Int, place: UInt64)] = []

  private var stride = 1
  private var origin: UInt64 = 0
  private var last: UInt64 = 0

  /// How many marks are kept at most.
  private static let limit = 4096

  /// The place of the event. One without a time stands where the one before it does, and so does one whose
  /// time is before the first.
  mutating func place(of event: Event, at index: Int) -> UInt64 {
    if index == 0, let time = event.time {
      unit = .nanoseconds
      origin = time
    }
    switch unit {
    case .events: last = UInt64(index)
    case .nanoseconds: if let time = event.time { last = time >= origin ? time - origin : 0 }
    }
    length = max(length, unit == .events ? last + 1 : last)
    if index.isMultiple(of: stride) { mark(index) }
    return last
  }

  private mutating func mark(_ index: Int) {
    marks.append((index, last))
    guard marks.count > Self.limit else { return }
    stride *= 2
    marks.removeAll { !$0.event.isMultiple(of: stride) }
  }
}
