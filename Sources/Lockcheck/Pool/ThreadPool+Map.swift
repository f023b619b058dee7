extension ThreadPool {
  /// Runs `transform` on each input, several at a time, and waits for all of them.
  ///
  /// A `transform` of several parameters takes a tuple apart: `pool.map(pairs) { a, b in a * b }` is
  /// Python's `starmap`.
  ///
  /// - Parameters:
  ///   - inputs: What to work on.
  ///   - chunkSize: How many inputs make one task; nil makes about four tasks for each worker.
  ///   - transform: What to do with each.
  /// - Returns: The outputs, in the order of the inputs.
  /// - Throws: The first error that any of them threw, once all are done; `PoolError.shutDown`.
  public func map<Input: Sendable, Output: Sendable>(
    _ inputs: some Sequence<Input>, chunkSize: Int? = nil,
    _ transform: @escaping @Sendable (Input) throws -> Output
  ) throws -> [Output] {
    try mapAsync(inputs, chunkSize: chunkSize, transform).result()
  }

  /// Runs `transform` on each input, several at a time, and does not wait. Once all are done it calls
  /// `callback` with the outputs, or `errorCallback` with the first error that any of them threw; only
  /// then is the result there.
  ///
  /// - Parameters:
  ///   - inputs: What to work on.
  ///   - chunkSize: How many inputs make one task; nil makes about four tasks for each worker.
  ///   - callback: Called on a worker.
  ///   - errorCallback: Called on a worker.
  ///   - transform: What to do with each.
  /// - Throws: `shutDown`.
  public func mapAsync<Input: Sendable, Output: Sendable>(
    _ inputs: some Sequence<Input>, chunkSize: Int? = nil,
    callback: (@Sendable ([Output]) -> Void)? = nil,
    errorCallback: (@Sendable (any Error) -> Void)? = nil,
    _ transform: @escaping @Sendable (Input) throws -> Output
  ) throws(PoolError) -> Future<[Output]> {
    let inputs = Array(inputs)
    let future = Future<[Output]>(pool: core)
    let chunks = chunks(of: inputs, size: chunkSize)
    let gathering = Gathering<Output>(chunkCount: chunks.count) { result in
      future.finish(calling(callback, errorCallback, result), ifOpen: false)
    }
    if chunks.isEmpty { gathering.finish() }
    for (number, chunk) in chunks.enumerated() {
      do throws(PoolError) {
        try core.submit {
          gathering.put(Result { try chunk.map(transform) }, at: number)
        } cancel: {
          gathering.put(.failure(FutureError.cancelled), at: number)
        }
      } catch {
        // Shut down while this was going on: what was submitted is done, the rest cannot be.
        guard number > 0 else { throw error }
        gathering.put(.failure(error), at: number)
      }
    }
    return future
  }

  private func chunks<Input>(of inputs: [Input], size: Int?) -> [ArraySlice<Input>] {
    let usual = (inputs.count + workers * 4 - 1) / (workers * 4)
    let size = max(1, size ?? usual)
    return stride(from: 0, to: inputs.count, by: size).map {
      inputs[$0..<min($0 + size, inputs.count)]
    }
  }

  /// Runs `transform` on each input, a task each, and hands out each output as soon as it and those before it are
  /// there.
  ///
  /// - Throws: `shutDown`.
  public func imap<Input: Sendable, Output: Sendable>(
    _ inputs: some Sequence<Input>, _ transform: @escaping @Sendable (Input) throws -> Output
  ) throws(PoolError) -> PoolResults<Output> {
    var futures: [Future<Output>] = []
    for input in inputs { futures.append(try submit { try transform(input) }) }
    return PoolResults(futures)
  }

  /// Runs `transform` on each input, a task each, and hands out the outputs in the order in which they come.
  ///
  /// - Throws: `shutDown`.
  public func imapUnordered<Input: Sendable, Output: Sendable>(
    _ inputs: some Sequence<Input>, _ transform: @escaping @Sendable (Input) throws -> Output
  ) throws(PoolError) -> PoolResults<Output> {
    let inputs = Array(inputs)
    let arrivals = Arrivals(inputs.map { _ in Future<Output>(pool: core) })
    for input in inputs {
      try core.submit {
        arrivals.put(Result { try transform(input) })
      } cancel: {
        arrivals.put(.failure(FutureError.cancelled))
      }
    }
    return PoolResults(arrivals.futures)
  }
}
