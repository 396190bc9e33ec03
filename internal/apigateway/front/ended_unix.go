//go:build darwin || dragonfly || freebsd || linux || netbsd || openbsd

package front

import "syscall"

// streamEnded reports whether a connection's stream has ended or is broken. It leaves unread bytes in the stream.
func streamEnded(fd uintptr) bool {
	var b [1]byte
	n, _, err := syscall.Recvfrom(int(fd), b[:], syscall.MSG_PEEK|syscall.MSG_DONTWAIT)
	switch err {
	case nil:
		return n == 0
	case syscall.EAGAIN, syscall.EINTR:
		return false
	}
	return true
}
