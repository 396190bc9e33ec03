package nodepeer

import "testing"

const dynaliteScript = `
const server = require('dynalite')({createTableMs: 0, deleteTableMs: 0})
server.listen(0, '127.0.0.1', () => console.log(server.address().port))
process.stdin.on('end', () => process.exit()).resume()`

// Dynalite starts an empty DynamoDB (https://github.com/architect/dynalite) on a free port of 127.0.0.1 and returns its
// endpoint. It skips the test if dynalite is not installed.
func Dynalite(t testing.TB) (endpoint string) {
	t.Helper()
	return "http://127.0.0.1:" + Start(t, dynaliteScript, []string{"dynalite"}).Ready
}
