package front

// class says where a byte may stand.
type class uint8

const (
	target class = 1 << iota // in a request target
	host                     // in the name of a host
	hex
)

var classes = func() (t [256]class) {
	for c := range t {
		// Bytes above 0x7F should have been encoded (RFC 3986, section 2); net/http lets them pass, and so does curl.
		if c > ' ' && c != 0x7F && c != '#' {
			t[c] |= target
		}
	}
	set := func(k class, list string) {
		for i := range len(list) {
			t[list[i]] |= k
		}
	}
	const digits, lower, upper = "0123456789", "abcdefghijklmnopqrstuvwxyz", "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	set(host, digits+lower+upper+".-_")
	set(hex, digits+"abcdefABCDEF")
	return t
}()

// all reports whether every byte of s may stand there.
func (k class) all(s string) bool {
	for i := range len(s) {
		if classes[s[i]]&k == 0 {
			return false
		}
	}
	return true
}

func (k class) has(c byte) bool { return classes[c]&k != 0 }
