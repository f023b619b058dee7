internal import CLockcheckShims
internal import Glibc
internal import Synchronization

/// A thread of the system's that runs one controlled thread after another, and sleeps in between.
@safe final class Worker: @unchecked Sendable {
  /// The word that it sleeps on until it is given the baton.
  private let baton: UnsafeMutablePointer<UInt32>
  /// What it does next; nil ends it. Written by whoever is about to give it the baton.
  ///
  /// Returns whether there is another one already, for which it need not sleep.
  var job: (() -> Bool)?
  /// The kernel's number of its thread.
  private(set) var number: UInt32 = 0
  private var thread = pthread_t()
  /// Whether it ends as soon as it is given the baton, whatever it is in the middle of.
  private let isOver = Atomic<Bool>(false)

  /// Starts the thread.
  ///
  /// - Returns: Nil where the system refuses.
  init?(processor: Int32, name: String?) {
    unsafe baton = .allocate(capacity: 1)
    unsafe baton.initialize(to: 0)
    self.processor = processor
    self.name = name
    let package = unsafe Unmanaged.passRetained(self)
    let result = unsafe pthread_create(
      &thread, nil,
      { argument in
        guard let argument = unsafe argument else { return nil }
        unsafe lc_run_worker(
          {
            guard let argument = unsafe $0 else { return }
            unsafe Unmanaged<Worker>.fromOpaque(argument).takeUnretainedValue().run()
          }, argument)
        // Not in there: who is ended in the middle gives nothing back.
        lc_set_own_thread(false)
        unsafe Unmanaged<Worker>.fromOpaque(argument).release()
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
    name = nil
    number = lc_thread_number()
    lc_set_own_thread(true)
    lc_stay_on_processor(lc_choose_processor())
  }

  private let processor: Int32
  private let name: String?

  deinit { unsafe baton.deallocate() }

  private func run() {
    lc_stay_on_processor(processor)
    lc_yield_to_none()
    if let name { unsafe lc_name_this_thread(name) }
    number = lc_thread_number()
    lc_set_own_thread(true)
    var goesOn = false
    while true {
      if !goesOn { take() }
      guard let job else { return }
      // What it has done must not keep the crew alive, which keeps this worker.
      self.job = nil
      goesOn = job()
    }
  }

  /// Has the thread go on.
  func give() { unsafe lc_baton_give(baton) }

  /// Sleeps until the baton is there. For the worker's own thread.
  func take() {
    _ = unsafe lc_baton_take(baton, .max)
    if isOver.load(ordering: .acquiring) { lc_leave_worker() }
  }

  /// Sleeps for ever: nobody gives the baton to a thread whose schedule is over.
  func takeForever() -> Never { while true { take() } }

  /// Ends the thread, which has no job, and waits for that; called on the thread itself, it ends soon after.
  func end() {
    job = nil
    give()
    if pthread_equal(thread, pthread_self()) != 0 { abandon() } else { pthread_join(thread, nil) }
  }

  /// Ends the thread, which sleeps in the middle of its job. What its functions hold stays in memory.
  func cutOff() {
    isOver.store(true, ordering: .releasing)
    pthread_detach(thread)
    give()
  }

  /// Gives the thread up, which will never go on.
  func abandon() { pthread_detach(thread) }
}

/// The threads of the system's that the schedules of one exploration run on, one after another.
final class Crew {
  private var idle: [Worker] = []
  /// The one that they all run on; -1 where they may run on any.
  let processor = lc_choose_processor()
  /// When it was made, by the kernel's clock of threads.
  let birth = lc_boot_ticks()
  /// What the system calls its threads, so that those that they start are known; nil where any thread
  /// may be one of these.
  let name: String?

  init(name: String?) { self.name = name }
  /// What is said if the program crashes.
  let note = CrashNote()
  /// How many have been given up since they are stuck for ever.
  private(set) var abandonedCount = 0

  deinit { for worker in idle { worker.end() } }

  /// A thread that has nothing to do.
  func recruit() -> Worker {
    if let worker = idle.popLast() { return worker }
    guard let worker = Worker(processor: processor, name: name) else {
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
