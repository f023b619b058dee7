// A small program as applications have it, written against Foundation and Dispatch and never changed.
// The folder beside this one compiles the same file with other types under the same names.
import Dispatch
import Foundation

/// Fetches images, a few at a time, each once, and keeps them.
public final class ImageCache: @unchecked Sendable {
  private let lock = NSLock()
  private let statistics = NSRecursiveLock()
  private let arrival = NSCondition()
  private let slots = DispatchSemaphore(value: 2)
  private var images: [String: String] = [:]
  private var requests = 0
  private var hits = 0
  private var waiting = 0

  /// Makes an empty cache.
  public init() {
    lock.name = "images"
    statistics.name = "statistics"
    arrival.name = "arrival"
  }

  /// The image of that name, fetched if need be.
  public func image(_ name: String) -> String {
    countRequest()
    lock.lock()
    if let image = images[name] {
      lock.unlock()
      countHit()
      return image
    }
    lock.unlock()
    slots.wait()
    let image = "<\(name)>"
    slots.signal()
    lock.withLock { images[name] = image }
    arrival.lock()
    arrival.broadcast()
    arrival.unlock()
    return image
  }

  /// Waits until there are `count` images.
  public func waitForImages(_ count: Int) {
    arrival.lock()
    defer { arrival.unlock() }
    waiting += 1
    while lock.withLock({ images.count }) < count { arrival.wait() }
  }

  private func countRequest() {
    statistics.lock()
    defer { statistics.unlock() }
    requests += 1
  }

  private func countHit() {
    statistics.withLock {
      statistics.lock()
      hits += 1
      statistics.unlock()
    }
  }

  /// One line of everything that a caller can see of the locks.
  public func report() -> String {
    var lines = ["\(images.keys.sorted()) \(requests) requests \(hits) hits"]
    lines.append("names \(lock.name ?? "-") \(statistics.name ?? "-") \(arrival.name ?? "-")")
    lines.append("try \(lock.try())")
    lines.append("try again \(tryElsewhere { self.lock.try() })")
    lines.append("before \(tryElsewhere { self.lock.lock(before: Date() + 0.01) })")
    lock.unlock()
    lines.append("recursive \(statistics.try()) \(statistics.lock(before: Date() + 1))")
    lines.append("elsewhere \(tryElsewhere { self.statistics.try() })")
    statistics.unlock()
    statistics.unlock()
    arrival.lock()
    lines.append("notified \(arrival.wait(until: Date() + 0.01))")
    arrival.signal()
    arrival.unlock()
    lines.append("permit \(slots.wait(timeout: .now()) == .success)")
    lines.append("permit \(slots.wait(timeout: .now() + .milliseconds(10)) == .success)")
    lines.append("permit \(slots.wait(timeout: .now() + .milliseconds(10)) == .timedOut)")
    lines.append("permit \(slots.wait(wallTimeout: .now()) == .timedOut)")
    slots.signal()
    slots.signal()
    return lines.joined(separator: "\n")
  }

  private func tryElsewhere(_ body: @escaping @Sendable () -> Bool) -> Bool {
    let result = Box()
    let done = DispatchSemaphore(value: 0)
    Thread.detachNewThread {
      result.value = body()
      done.signal()
    }
    done.wait()
    return result.value
  }

  private final class Box: @unchecked Sendable { var value = false }
}

/// Runs the program on a few threads, and says what came of it.
public func useImageCache() -> String {
  let cache = ImageCache()
  let finished = DispatchSemaphore(value: 0)
  for _ in 0..<4 {
    Thread.detachNewThread {
      for round in 0..<50 { _ = cache.image("image \(round % 5)") }
      finished.signal()
    }
  }
  cache.waitForImages(5)
  for _ in 0..<4 { finished.wait() }
  // How many requests came before the images had arrived is the schedule's business.
  return cache.report().replacing(/\d+ hits/, with: "hits")
}
