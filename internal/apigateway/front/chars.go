package front

// class is a set of places in which a byte is allowed.
type class uint8

const (
	target class = 1 << iota // in a request target
	host                     // in a host name
	hex
)

var classes = func() (t [256]class) {
	for c := range t {
		// Bytes above 0x7F should be encoded (RFC 3986, section 2), but net/http accepts them and curl sends them.
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

// containsAll reports whether every byte of s is allowed there.
func (k class) containsAll(s string) bool {
	for i := range len(s) {
		if classes[s[i]]&k == 0 {
			return false
		}
	}
	return true
}

func (k class) contains(c byte) bool { return classes[c]&k != 0 }
