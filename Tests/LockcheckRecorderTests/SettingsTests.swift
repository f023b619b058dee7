import Testing

@testable import LockcheckRecorder

@Suite struct `The settings` {
  @Test func `come from the environment`() {
    let variables = [
      "LOCKCHECK": "record", "LOCKCHECK_TRACE": "x-%p.lctrace", "LOCKCHECK_STACK_DEPTH": "9",
      "LOCKCHECK_BUFFER_SIZE": "8192", "LOCKCHECK_STACKS": "full",
      "LOCKCHECK_LIMIT": "1000000", "LOCKCHECK_KEEP": "newest",
    ]
    let settings = EnvironmentSettings { variables[$0] }
    #expect(settings.isRecording)
    #expect(settings.configuration.file == "x-%p.lctrace")
    #expect(settings.configuration.stackDepth == 9)
    #expect(settings.configuration.bufferSize == 8192)
    #expect(settings.configuration.stacks == .full)
    #expect(settings.configuration.sizeLimit == 1_000_000)
    #expect(settings.configuration.keeps == .newest)
    #expect(settings.complaints.isEmpty)
  }

  @Test(arguments: [
    ("off", false, false), ("record", true, false), ("check", true, true),
    ("check-only", false, true),
  ])
  func `tell the modes apart`(mode: String, records: Bool, checks: Bool) {
    let settings = EnvironmentSettings { $0 == "LOCKCHECK" ? mode : nil }
    #expect(settings.isRecording == records)
    #expect(settings.isChecking == checks)
    #expect(settings.complaints.isEmpty)
  }

  @Test func `are the defaults where the environment is silent`() {
    let settings = EnvironmentSettings { _ in nil }
    #expect(!settings.isRecording)
    #expect(settings.configuration == RecorderConfiguration())
    #expect(settings.complaints.isEmpty)
  }

  @Test(arguments: [
    ("LOCKCHECK", "recrod"), ("LOCKCHECK_STACK_DEPTH", "0"), ("LOCKCHECK_STACK_DEPTH", "many"),
    ("LOCKCHECK_BUFFER_SIZE", "1"), ("LOCKCHECK_STACKS", "some"),
    ("LOCKCHECK_LIMIT", "65535"), ("LOCKCHECK_LIMIT", "1M"), ("LOCKCHECK_KEEP", "all"),
    ("LOCKCHECK_KEEP", "newest"),
  ])
  func `complain once about a wrong value and go without it`(name: String, value: String) {
    let settings = EnvironmentSettings { $0 == name ? value : nil }
    #expect(settings.complaints.count == 1)
    #expect(settings.complaints.first?.contains(name) == true)
    #expect(settings.complaints.first?.contains("expected") == true)
    #expect(settings.configuration == RecorderConfiguration())
  }

  @Test(arguments: ["", "trace.json.gz", "trace.zst"])
  func `refuse a file that cannot be recorded to`(file: String) {
    let recorder = recorder(file)
    #expect(throws: RecorderError.self) { try recorder.start() }
  }

  @Test func `decide by state alone what is to be done`() {
    var state = RecordingState.idle
    #expect(state.stop() == .notRecording)
    #expect(state.start() == .open)
    #expect(state.start() == .alreadyRecording)
    #expect(state.stop() == .close)
    #expect(state.stop() == .notRecording)
    #expect(state.start() == .open)
    state.startFailed()
    #expect(state.start() == .open)
  }
}
