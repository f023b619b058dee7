import Glibc
import LockcheckCodecs
import LockcheckTasks
import LockcheckTrace
import Testing

@testable import LockcheckRecorder

@Suite struct `A recorded address` {
  /// A recording of one event on an object at the address.
  private func details(of address: UInt64) throws -> ObjectDetails {
    let folder = try TemporaryFolder()
    let recorder = recorder(folder.file())
    try recorder.start()
    var details = ObjectDetails()
    details.address = address
    details.value = 3
    details.declaredClass = "a class"
    let object = RecordedObject(.semaphore, details: details, frame: 0)
    recorder.record { object.record(.acquire) }
    try recorder.stop()
    let trace = try read(folder.file()).trace
    return trace.tables.objects[trace.events[0].object]
  }

  @Test func `of static data has its module`() throws {
    // `environ` is in the C library's data, which is not near its code.
    let address = try #require(
      unsafe dlsym(nil, "__environ").map { UInt64(UInt(bitPattern: $0)) })
    let found = try details(of: address)
    #expect(found.address == address)
    #expect(found.module?.contains("libc.so") == true)
    #expect(try #require(found.offset) < address)
    #expect(found.value == 3 && found.declaredClass == "a class" && found.level == nil)
  }

  @Test func `of the heap has none`() throws {
    let memory = unsafe try #require(malloc(1 << 20))
    defer { unsafe free(memory) }
    let found = try details(of: UInt64(UInt(bitPattern: memory)))
    #expect(found.address == UInt64(UInt(bitPattern: memory)))
    #expect(found.module == nil && found.offset == nil && found.buildID == nil)
  }
}
