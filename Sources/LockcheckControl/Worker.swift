internal import CLockcheckShims
internal import Glibc

/// A thread of the system's that runs one controlled thread after another, and sleeps in between.
@safe final class Worker: @unchecked Sendable {
  /// The word that it sleeps on until it is given the baton.
  private let baton: UnsafeMutablePointer<UInt32>
  /// What it does next; nil ends it. Written by whoever is about to give it the baton.
  var job: (() -> Void)?
  /// The kernel's number of its thread.
  private(set) var number: UInt32 = 0
  private var thread = pthread_t()

  /// Starts the thread.
  ///
  /// - Returns: Nil where the system refuses.
  init?(processor: Int32) {
    unsafe baton = .allocate(capacity: 1)
    unsafe baton.initialize(to: 0)
    self.processor = processor
    let package = unsafe Unmanaged.passRetained(self)
    let result = unsafe pthread_create(
      &thread, nil,
      { argument in
        guard let argument = unsafe argument else { return nil }
        unsafe Unmanaged<Worker>.fromOpaque(argument).takeRetainedValue().run()
        return nil
      }, package.toOpaque())
    if result != 0 {
      unsafe package.release()
      return nil
    }
  }

  /// Makes one of the calling thread, which goes on.
  init() {
    unsafe baton = .allocate(capacity: 1)
    unsafe baton.initialize(to: 0)
    processor = -1
    number = lc_thread_number()
    lc_stay_on_processor(lc_choose_processor())
  }

  private let processor: Int32

  deinit { unsafe baton.deallocate() }

  private func run() {
    lc_stay_on_processor(processor)
    number = lc_thread_number()
    while true {
      take()
      guard let job else { return }
      // What it has done must not keep the crew alive, which keeps this worker.
      self.job = nil
      job()
    }
  }

  /// Has the thread go on.
  func give() { unsafe lc_baton_give(baton) }

  /// Sleeps until the baton is there. For the worker's own thread.
  func take() { _ = unsafe lc_baton_take(baton, .max) }

  /// Sleeps for ever: nobody gives the baton to a thread whose schedule is over.
  func takeForever() -> Never { while true { take() } }

  /// Ends the thread, which has no job, and waits for that; called on the thread itself, it ends soon after.
  func end() {
    job = nil
    give()
    if pthread_equal(thread, pthread_self()) != 0 { abandon() } else { pthread_join(thread, nil) }
  }

  /// Gives the thread up, which will never go on.
  func abandon() { pthread_detach(thread) }
}

/// The threads of the system's that the schedules of one exploration run on, one after another.
final class Crew {
  private var idle: [Worker] = []
  /// The one that they all run on; -1 where they may run on any.
  let processor = lc_choose_processor()
  /// What is said if the program crashes.
  let note = CrashNote()
  /// How many have been given up since they are stuck for ever.
  private(set) var abandonedCount = 0

  deinit { for worker in idle { worker.end() } }

  /// A thread that has nothing to do.
  func recruit() -> Worker {
    if let worker = idle.popLast() { return worker }
    guard let worker = Worker(processor: processor) else {
      fatalError("lockcheck: the system refuses another thread: \(errno)")
    }
    return worker
  }

  /// The thread has done its job.
  func dismiss(_ worker: Worker) { idle.append(worker) }

  /// The thread will never go on.
  func abandon(_ worker: Worker) {
    worker.abandon()
    abandonedCount += 1
  }
}
