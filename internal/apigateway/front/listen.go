package front

import (
	"errors"
	"fmt"
	"net"
)

// ErrAddress is returned for an address other than 127.0.0.1.
var ErrAddress = errors.New("front: only 127.0.0.1 is served")

// Listen listens on an address such as "127.0.0.1:3000"; port 0 selects a free port. The host must be 127.0.0.1, since
// the server is only for the user of this machine. Errors of the system are wrapped, such as syscall.EADDRINUSE.
func Listen(address string) (net.Listener, error) {
	name, _, err := net.SplitHostPort(address)
	if err != nil {
		return nil, fmt.Errorf("front: %w", err)
	}
	if name != "127.0.0.1" {
		return nil, fmt.Errorf("%w, got %q", ErrAddress, address)
	}
	l, err := net.Listen("tcp4", address)
	if err != nil {
		return nil, fmt.Errorf("front: %w", err)
	}
	return l, nil
}

// checkAddress rejects a listener that other machines can reach.
func checkAddress(l net.Listener) error {
	tcp, ok := l.Addr().(*net.TCPAddr)
	if !ok || !tcp.IP.Equal(net.IPv4(127, 0, 0, 1)) {
		return fmt.Errorf("%w, got a listener on %s", ErrAddress, l.Addr())
	}
	return nil
}
