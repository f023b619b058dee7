import Foundation
@testable import LockcheckSymbols
import LockcheckTrace
import Testing
@Test func `tmp speed`() throws {
  let path = CommandLine.arguments[0]
  let c = ContinuousClock()
  let f = try ELFFile(path: path)
  print("elf functions", try c.measure { print(try f.functions(at: [0x1000, 0x400000, 0x500000])) })
  print("llvm", c.measure { _ = LLVMSymbolizer().places(at: [0x1000, 0x400000, 0x500000], in: path) })
  print("llvm find", c.measure { _ = LLVMSymbolizer() })
}
