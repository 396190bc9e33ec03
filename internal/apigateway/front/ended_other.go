//go:build !(darwin || dragonfly || freebsd || linux || netbsd || openbsd)

package front

// ended is not known on this system: a request is answered though its client has left.
func ended(uintptr) bool { return false }
