// Records until something ends it: `RecorderProbe FILE WAY`, where WAY is `loop` (for ever), `exit`,
// `return`, `_exit`, `abort` or `fork`. Writes one line to standard output when events flow.
import LockcheckRecorder

let file = CommandLine.arguments[1]
let way = CommandLine.arguments[2]
var configuration = RecorderConfiguration()
configuration.file = file
configuration.bufferSize = 8192
let recorder = Recorder(configuration: configuration)
try recorder.start()
Probe.run(recorder, way)
