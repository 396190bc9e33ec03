//go:build !unix

package lambdaruntime

import "io"

// readAll reads until the end.
func (s *stream) readAll() error {
	for {
		n, err := s.file.Read(s.buffer[:])
		s.mu.Lock()
		s.add(s.buffer[:n])
		s.mu.Unlock()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

// catchUp does nothing, since pipes block here: a line that was written just before an answer may arrive after it.
func (s *stream) catchUp() {}
