// An empty DynamoDB (https://github.com/architect/dynalite) on a free port of 127.0.0.1, which it writes.
const server = require('dynalite')({ createTableMs: 0, deleteTableMs: 0 })
server.listen(0, '127.0.0.1', () => console.log(server.address().port))
process.stdin.on('end', () => process.exit()).resume()
