// Records until something ends it: `RecorderProbe FILE WAY`, where WAY is `loop` (for ever), `newest`
// (the same into a file of limited size, which keeps the newest events), `exit`,
// `return`, `deadlock`, `_exit`, `abort`, `fork`, `fork-thread` (a child that exits while a thread of the parent's
// runs) or `closed` (without standard streams). Writes one line to standard output when events flow.
import Glibc
import LockcheckRecorder

let file = CommandLine.arguments[1]
let way = CommandLine.arguments[2]
var configuration = RecorderConfiguration()
configuration.file = file
configuration.bufferSize = 8192
if way == "newest" {
  configuration.sizeLimit = 65536
  configuration.keeps = .newest
}
let recorder = Recorder(configuration: configuration)
if way == "closed" { for stream in 0...2 as ClosedRange<Int32> { close(stream) } }
try recorder.start()
Probe.run(recorder, way)
