/// The outputs of the chunks of one `map`, until all are there.
final class Gathering<Output: Sendable>: @unchecked Sendable {
  private let whenComplete: @Sendable (Result<[Output], any Error>) -> Void
  private let mutex = FutexMutex()
  /// Who brings the last chunk comes after those who brought the others.
  private let order = HiddenOrder(name: nil)
  // All below is touched only while `mutex` is held.
  private var chunks: [[Output]]
  private var left: Int
  private var firstError: (any Error)?

  init(
    chunkCount: Int, whenComplete: @escaping @Sendable (Result<[Output], any Error>) -> Void
  ) {
    chunks = Array(repeating: [], count: chunkCount)
    left = chunkCount
    self.whenComplete = whenComplete
  }

  /// Brings a chunk, whose number no other has.
  func put(_ result: Result<[Output], any Error>, at number: Int) {
    let me = ThreadNumber.current
    mutex.lock(me)
    order.step()
    switch result {
    case .success(let outputs): chunks[number] = outputs
    case .failure(let error): firstError = firstError ?? error
    }
    left -= 1
    let isComplete = left == 0
    mutex.unlock(me)
    if isComplete { finish() }
  }

  /// Called once, when nothing is left.
  func finish() {
    let me = ThreadNumber.current
    mutex.lock(me)
    let (chunks, firstError) = (chunks, firstError)
    mutex.unlock(me)
    whenComplete(firstError.map { .failure($0) } ?? .success(Array(chunks.joined())))
  }
}

/// Futures that are done one after the other, by whoever comes.
final class Arrivals<Output: Sendable>: @unchecked Sendable {
  let futures: [Future<Output>]
  private let mutex = FutexMutex()
  /// Touched only while `mutex` is held.
  private var next = 0

  init(_ futures: [Future<Output>]) { self.futures = futures }

  func put(_ result: Result<Output, any Error>) {
    let me = ThreadNumber.current
    mutex.lock(me)
    let place = next
    next += 1
    mutex.unlock(me)
    futures[place].finish(result, ifOpen: false)
  }
}
