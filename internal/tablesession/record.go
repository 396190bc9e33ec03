package tablesession

import (
	"encoding/binary"
	"time"

	"github.com/gatehouse-cdk/gatehouse/internal/session"
)

// The sealed data of a session's item is
//
//	version 1 byte | the lease: owner 16 bytes, until 8 bytes, takenOver 1 byte, refused 8 bytes | the session
//
// with times in milliseconds since 1970, and 0 for none. The owner is zero if there is no lease.
const (
	recordVersion = 1
	recordHeader  = 1 + ownerSize + 8 + 1 + 8
)

// record is the content of a session's item.
type record struct {
	lease   lease
	session *session.Session
}

func (r record) encode() ([]byte, error) {
	x, err := session.Encode(r.session)
	if err != nil {
		return nil, err
	}
	b := make([]byte, 0, recordHeader+len(x))
	b = append(append(b, recordVersion), r.lease.owner[:]...)
	b = binary.BigEndian.AppendUint64(b, milliseconds(r.lease.until))
	takenOver := byte(0)
	if r.lease.takenOver {
		takenOver = 1
	}
	b = binary.BigEndian.AppendUint64(append(b, takenOver), milliseconds(r.lease.refused))
	return append(b, x...), nil
}

// decodeRecord decodes a record. The error is [session.ErrForged].
func decodeRecord(b []byte) (record, error) {
	if len(b) < recordHeader || b[0] != recordVersion {
		return record{}, session.ErrForged
	}
	var r record
	rest := b[1+copy(r.lease.owner[:], b[1:]):]
	r.lease.until, rest = readTime(rest)
	r.lease.takenOver = rest[0] == 1
	r.lease.refused, rest = readTime(rest[1:])
	x, err := session.Decode(rest)
	if err != nil {
		return record{}, session.ErrForged
	}
	r.session = x
	return r, nil
}

func milliseconds(t time.Time) uint64 {
	if t.IsZero() {
		return 0
	}
	return uint64(t.UnixMilli())
}

func readTime(b []byte) (_ time.Time, rest []byte) {
	n := int64(binary.BigEndian.Uint64(b))
	if n == 0 {
		return time.Time{}, b[8:]
	}
	return time.UnixMilli(n), b[8:]
}
