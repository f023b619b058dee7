// Perfetto's engine, as its user interface loads it into a worker, outside of a browser.
//
//   node perfetto-engine.js FOLDER ASKED ANSWERED
//
// FOLDER holds engine_bundle.js and its WebAssembly; ASKED a stream of requests
// (TraceProcessorRpcStream), ANSWERED takes the replies.
const fs = require('fs');
const path = require('path');
const vm = require('vm');

const [folder, asked, answered] = process.argv.slice(2);
const read = (address) => fs.readFileSync(path.join(folder, path.basename(String(address))));

// What a worker has and Node does not.
global.self = global;
global.WorkerGlobalScope = function () {};
global.importScripts = () => {};
global.location = { href: 'file://' + folder + '/engine_bundle.js' };
global.XMLHttpRequest = class {
  open(method, address) { this.address = address; }
  send() {
    const bytes = read(this.address);
    this.response = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length);
    this.status = 200;
  }
};

const replies = [];
const port = { postMessage: (bytes) => replies.push(Buffer.from(bytes)) };
const code = fs.readFileSync(path.join(folder, 'engine_bundle.js'), 'utf8');
// The bundle refuses to run where it finds Node.
delete globalThis.process;
vm.runInThisContext(code);
self.onmessage({ data: port });
setTimeout(() => {
  port.onmessage({ data: new Uint8Array(fs.readFileSync(asked)) });
  fs.writeFileSync(answered, Buffer.concat(replies));
}, 20);
