import CLockcheckShims
public import LockcheckRecorder

/// The recordings that tasks carry along. They have a module of their own so that the recorder also serves
/// programs without tasks: there it must not bring their runtime.
@safe private enum TaskRecording {
  @safe struct Reference: @unchecked Sendable {
    let session: UnsafeMutablePointer<lc_session>
  }

  /// The recording of the current task.
  @TaskLocal static var current: Reference?

  /// Counts one more, which threads then ask for.
  static func begin() {
    unsafe lc_set_task_session { unsafe TaskRecording.current?.session }
    lc_count_task_recordings(1)
  }

  static func end() { lc_count_task_recordings(-1) }
}

extension Recorder {
  /// Records what the closure does, on this thread, on the threads that it makes with a
  /// `RecordedThread`, and in the tasks that it makes, save detached ones. Runs it unrecorded where the
  /// recorder has not started.
  public func record<R, E: Error>(_ body: () throws(E) -> R) throws(E) -> R {
    guard let session = unsafe session, let thread = unsafe lc_attach() else { return try body() }
    let outer = unsafe thread.pointee.scope
    unsafe thread.pointee.scope = session
    defer { unsafe thread.pointee.scope = outer }
    TaskRecording.begin()
    defer { TaskRecording.end() }
    let reference = unsafe TaskRecording.Reference(session: session)
    let result = TaskRecording.$current.withValue(reference) {
      do throws(E) {
        return Result<R, E>.success(try body())
      } catch {
        return .failure(error)
      }
    }
    return try result.get()
  }

  /// Records what the closure does, in this task and in the tasks and threads that it makes, as far as
  /// task-local values reach. Runs it unrecorded where the recorder has not started.
  public func record<R>(
    isolation: isolated (any Actor)? = #isolation, _ body: () async throws -> R
  ) async rethrows -> R {
    guard let session = unsafe session else { return try await body() }
    TaskRecording.begin()
    defer { TaskRecording.end() }
    let reference = unsafe TaskRecording.Reference(session: session)
    return try await TaskRecording.$current.withValue(
      reference, operation: body, isolation: isolation)
  }
}
