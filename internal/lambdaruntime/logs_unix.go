//go:build unix

package lambdaruntime

import (
	"errors"
	"syscall"
)

// readAll reads until the end. The pipe does not block, so catchUp can read at the same time.
func (s *stream) readAll() error {
	raw, err := s.file.SyscallConn()
	if err != nil {
		return err
	}
	var failed error
	err = raw.Read(func(fd uintptr) (done bool) {
		done, failed = s.readNow(fd)
		return done
	})
	return errors.Join(err, failed)
}

// catchUp reads what the pipe contains now.
func (s *stream) catchUp() {
	raw, err := s.file.SyscallConn()
	if err != nil {
		return
	}
	// Use Control, since Read would wait for the other reader. An error here also occurs there.
	raw.Control(func(fd uintptr) { s.readNow(fd) })
}

// readNow reads until the pipe is empty or has ended.
func (s *stream) readNow(fd uintptr) (ended bool, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for {
		n, err := syscall.Read(int(fd), s.buffer[:])
		switch {
		case n > 0:
			s.add(s.buffer[:n])
		case err == syscall.EINTR:
		case err == syscall.EAGAIN:
			return false, nil
		default:
			return true, err // nil at the end
		}
	}
}
