// What the functions of this module take and give, so that a test file needs one import: rules,
// verdicts and reports, and the settings of the recorder.
@_exported public import LockcheckFindings

@_exported public import struct LockcheckRecorder.RecorderConfiguration
